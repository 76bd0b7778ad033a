import { fileURLToPath } from 'node:url';
import {
  bootApp,
  createLogger,
  DatabaseHealth,
  internalRequests,
  loadConfig,
  openDatabase,
} from '@backstitch/service-kit';
import 'reflect-metadata';
import { AppModule } from './app.module.js';
import { IdentityConfig } from './config.js';
import { Mailer } from './mail/mailer.client.js';
import { KeyRing } from './tokens/key-ring.service.js';

const name = 'identity-service';
/** A body has a few short members. */
const BODY_BYTES_MAX = 16_384;
/** Requests that use a refresh token at once wait for each other. */
const LOCK_TIMEOUT_MS = 2_000;

const config = loadConfig(IdentityConfig);
const { productionProblems: problems } = config;
if (problems.length > 0) {
  const lines = problems.map((problem) => `  - ${problem}`);
  process.stderr.write(`The configuration is not valid:\n${lines.join('\n')}\n`);
  process.exit(1);
}

const logger = createLogger({ app: name, level: config.LOG_LEVEL });
const { DB_URL: url, DB_POOL_MAX: poolMax } = config;
const terms = { poolMax, keyLookups: true, lockTimeoutMs: LOCK_TIMEOUT_MS };
const database = openDatabase({ url, name, logger, ...terms });
const migrations = fileURLToPath(new URL('../migrations', import.meta.url));
const health = new DatabaseHealth({ url, name, logger, migrations });

await bootApp({
  name,
  module: AppModule.of({ config, database, logger }),
  config,
  logger,
  limits: { bodyBytesMax: BODY_BYTES_MAX, bodyNestedMax: 100 },
  internal: internalRequests(name, config),
  configure: (app) => app.get(KeyRing).job.start(),
  readiness: () => [health],
  drain: (app) => ({
    first: [{ name: 'jobs', run: () => app.get(KeyRing).job.stop() }],
    last: [
      { name: 'e-mails', run: () => app.get(Mailer).close() },
      { name: 'database', run: () => database.close() },
      { name: 'health', run: () => health.close() },
    ],
  }),
});
