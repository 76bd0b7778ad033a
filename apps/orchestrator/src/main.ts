import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import {
  EngineSettingsError,
  type SagaDefinitionChanged,
  SagaDefinitionError,
} from '@backstitch/saga-engine';
import {
  bootApp,
  createLogger,
  DatabaseHealth,
  INSTANCE_ID,
  loadConfig,
  openDatabase,
  requireCurrency,
  soonKnown,
  untilCurrencyKnown,
} from '@backstitch/service-kit';
import { CHECKOUT_BYTES_MAX } from '@backstitch/shared-types';
import { AppModule } from './app.module.js';
import { CheckoutHandler } from './sagas/checkout/checkout.handler.js';
import { OrchestratorConfig } from './config.js';
import { DeadLettersService } from './operations/dead-letters/dead-letters.service.js';
import { LogDaysMaker } from './retention/log-days.maker.js';
import { LogDaysRepository } from './retention/log-days.repository.js';
import { RetentionRepository } from './retention/retention.repository.js';
import { RetentionWorker } from './retention/retention.worker.js';
import { SagaRuntime } from './host/saga.runtime.js';
import { UnfinishedTotalsRepository } from './host/metrics/unfinished-totals.repository.js';
import { UnfinishedTotalsWatch } from './host/metrics/unfinished-totals.watch.js';

const name = 'orchestrator';
const config = loadConfig(OrchestratorConfig);
const logger = createLogger({ app: name, level: config.LOG_LEVEL });
const database = openDatabase({
  url: config.DB_URL,
  name,
  logger,
  poolMax: config.DB_POOL_MAX,
  keyLookups: true,
  // A checkout that cannot be recorded in good time is refused, while its caller still listens.
  statementTimeoutMs: 4_000,
});
const migrations = fileURLToPath(new URL('../migrations', import.meta.url));
const currencyKnown = untilCurrencyKnown(
  () => requireCurrency(database.pool, config.CURRENCY),
  logger,
);
const health = new DatabaseHealth({ url: config.DB_URL, name, logger, migrations });
const sagas = runtimeOrExit();
const logDays = new LogDaysMaker({ days: new LogDaysRepository(database), logger }).expose();
const retention = new RetentionWorker({
  repository: new RetentionRepository(database, {
    sagas: config.SAGA_RETENTION_DAYS,
    keys: config.IDEMPOTENCY_RETENTION_DAYS,
  }),
  logDays,
  logger,
}).expose();
const deadLetters = new DeadLettersService({
  database,
  queues: sagas.deadLetters,
  queueCounts: sagas.queueCounts,
  logger,
});
const unfinished = new UnfinishedTotalsWatch(
  new UnfinishedTotalsRepository(database, {
    instanceId: sagas.store.instanceId,
    definitions: [sagas.definition],
    silentAfterMs: config.OWNER_SILENT_MS,
  }),
  logger,
).expose();

await soonKnown(currencyKnown);
await bootApp({
  name,
  module: AppModule.of({ config, database, sagas, logger }),
  config,
  logger,
  limits: { bodyBytesMaxAt: { '/checkout': CHECKOUT_BYTES_MAX } },
  configure: async () => {
    // Before the first row of a day that nobody made goes to the default partition, and keeps it there.
    await logDays.make();
    sagas.start(exitForChange);
    retention.start();
    unfinished.start();
    deadLetters.start();
  },
  readiness: () => [health, { name: 'engine', check: () => must(sagas.whyNothingCanBegin()) }],
  dependencies: () => [
    { name: 'broker', check: () => must(sagas.whyBrokerIsAway()) },
    { name: 'consumers', check: () => must(sagas.whyRepliesAreAway()) },
  ],
  drain: (app) => ({
    first: [
      { name: 'retention', run: () => retention.stop() },
      { name: 'dead letters', run: () => deadLetters.stop() },
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
      { name: 'health', run: () => health.close() },
    ],
  }),
});

/** What the configuration lets through, and a saga or its engine cannot work with. */
function runtimeOrExit(): SagaRuntime {
  try {
    return new SagaRuntime(config, logger, INSTANCE_ID);
  } catch (error) {
    const isTold = error instanceof SagaDefinitionError || error instanceof EngineSettingsError;
    if (!isTold) throw error;
    process.stderr.write(`The configuration is not valid:\n${error.message}\n`);
    return process.exit(1);
  }
}

/** Whichever way it would go on, a saga that is under way could end with its undo left out. */
function exitForChange(why: SagaDefinitionChanged): never {
  process.stderr.write(
    `The orchestrator does not start, and nothing was changed:\n${why.message}\n` +
      'Sagas may be under way that began with it as it was. Raise the version of the definition, and ' +
      'keep the old definition beside the new one until its last saga has ended.\n',
  );
  process.exit(1);
}

function must(whyNot: string | undefined): void {
  if (whyNot !== undefined) throw new Error(whyNot);
}
