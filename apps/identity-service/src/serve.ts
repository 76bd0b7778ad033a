import { fileURLToPath } from 'node:url';
import { EDGE_SYNC_BYTES_MAX, EDGE_SYNC_PATH } from '@backstitch/auth';
import {
  bootApp,
  createLogger,
  DatabaseHealth,
  internalRequests,
  loadConfig,
  openDatabase,
  type PeriodicJob,
} from '@backstitch/service-kit';
import { ACCOUNT_BODY_BYTES_MAX } from '@backstitch/shared-types';
import type { INestApplicationContext } from '@nestjs/common';
import 'reflect-metadata';
import { AppModule } from './app.module.js';
import { IdentityConfig } from './config.js';
import { EdgeSyncRepository } from './internal/edge-sync.repository.js';
import { ExpiredRows } from './expired/expired-rows.service.js';
import { lowerPriorityOfPool } from './low-priority.js';
import { Mailer } from './mail/mailer.client.js';
import { DemoAccountsRepository, demoAccountsProblem } from './demo/demo-accounts.repository.js';
import { KeyRing } from './tokens/key-ring.service.js';

const name = 'identity-service';
/** Requests that use a refresh token at once wait for each other. */
const LOCK_TIMEOUT_MS = 2_000;

lowerPriorityOfPool();
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
const demoAccounts = new DemoAccountsRepository(database);
if (config.isProduction) {
  // A database that is away is no reason: the readiness asks again.
  const problem = demoAccountsProblem(await demoAccounts.enabled().catch(() => []));
  if (problem !== undefined) {
    process.stderr.write(`Production must not start: ${problem}\n`);
    process.exit(1);
  }
}

await bootApp({
  name,
  module: AppModule.of({ config, database, logger }),
  config,
  logger,
  internal: internalRequests(name, config),
  limits: {
    bodyBytesMax: ACCOUNT_BODY_BYTES_MAX,
    bodyBytesMaxAt: { [EDGE_SYNC_PATH]: EDGE_SYNC_BYTES_MAX },
    // 250 counters and 20 refused calls are a list each.
    bodyNestedMax: 400,
  },
  configure: (app) => jobsOf(app).forEach((job) => job.start()),
  readiness: () => (config.isProduction ? [health, demoAccounts.check] : [health]),
  drain: (app) => ({
    first: jobsOf(app).map((job) => ({ name: job.name, run: () => job.stop() })),
    last: [
      { name: 'e-mails', run: () => app.get(Mailer).close() },
      { name: 'database', run: () => database.close() },
      { name: 'health', run: () => health.close() },
    ],
  }),
});

function jobsOf(app: INestApplicationContext): PeriodicJob[] {
  return [app.get(KeyRing).job, app.get(EdgeSyncRepository).job, app.get(ExpiredRows).job];
}
