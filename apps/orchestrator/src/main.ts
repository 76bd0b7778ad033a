import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { SagaDefinitionError } from '@backstitch/saga-engine';
import {
  bootApp,
  createLogger,
  databaseReadiness,
  INSTANCE_ID,
  loadConfig,
  openDatabase,
} from '@backstitch/service-kit';
import { AppModule } from './app.module.js';
import { CheckoutHandler } from './checkout/checkout.handler.js';
import { OrchestratorConfig } from './config.js';
import { QueueLocks } from './operations/queue-locks.repository.js';
import { KeptByLetters } from './retention/kept.client.js';
import { LogDaysMaker } from './retention/log-days.maker.js';
import { LogDaysRepository } from './retention/log-days.repository.js';
import { RetentionRepository } from './retention/retention.repository.js';
import { RetentionWorker } from './retention/retention.worker.js';
import { SagaRuntime } from './sagas/sagas.runtime.js';
import { UnfinishedTotalsRepository } from './sagas/unfinished-totals.repository.js';
import { UnfinishedTotalsWatch } from './sagas/unfinished-totals.watch.js';

const name = 'orchestrator';
const config = loadConfig(OrchestratorConfig);
const logger = createLogger({ app: name, level: config.LOG_LEVEL });
const database = openDatabase({
  url: config.DB_URL,
  name,
  logger,
  keyLookups: true,
  // A checkout that cannot be recorded in good time is refused, while its caller still listens.
  statementTimeoutMs: 4_000,
});
const migrations = fileURLToPath(new URL('../migrations', import.meta.url));
const sagas = runtimeOrExit();
const logDays = new LogDaysMaker({ days: new LogDaysRepository(database), logger }).expose();
const retention = new RetentionWorker({
  repository: new RetentionRepository(database, {
    sagas: config.SAGA_RETENTION_DAYS,
    keys: config.IDEMPOTENCY_RETENTION_DAYS,
  }),
  kept: new KeptByLetters({ deadLetters: sagas.deadLetters, locks: new QueueLocks(database) }),
  logDays,
  logger,
}).expose();
const unfinished = new UnfinishedTotalsWatch(
  new UnfinishedTotalsRepository(database, {
    instanceId: sagas.store.instanceId,
    definitions: [sagas.definition],
    silentAfterMs: config.OWNER_SILENT_MS,
  }),
  logger,
).expose();

await bootApp({
  name,
  module: AppModule.of({ config, database, sagas, logger }),
  config,
  logger,
  configure: async () => {
    // Before the first row of a day that nobody made goes to the default partition, and keeps it there.
    await logDays.make();
    sagas.start();
    retention.start();
    unfinished.start();
  },
  readiness: () => [
    databaseReadiness({ name, database, migrations }),
    { name: 'broker', check: () => must(sagas.whyBrokerIsAway()) },
    { name: 'consumers', check: () => must(sagas.whyRepliesAreAway()) },
  ],
  drain: (app) => ({
    first: [
      { name: 'retention', run: () => retention.stop() },
      { name: 'unfinished sagas', run: () => unfinished.stop() },
      {
        name: 'sagas',
        run: () => {
          app.get(CheckoutHandler).close();
          return sagas.giveUp();
        },
      },
    ],
    last: [
      { name: 'broker and store', run: () => sagas.close() },
      { name: 'database', run: () => database.close() },
    ],
  }),
});

/** Deadlines that do not fit into each other are a mistake of the configuration. */
function runtimeOrExit(): SagaRuntime {
  try {
    return new SagaRuntime(config, logger, INSTANCE_ID);
  } catch (error) {
    if (!(error instanceof SagaDefinitionError)) throw error;
    process.stderr.write(`The configuration is not valid:\n${error.message}\n`);
    return process.exit(1);
  }
}

function must(whyNot: string | undefined): void {
  if (whyNot !== undefined) throw new Error(whyNot);
}
