import type { Database, Logger } from '@backstitch/service-kit';
import type { OrchestratorConfig } from './config.js';
import { UnfinishedTotalsRepository } from './host/metrics/unfinished-totals.repository.js';
import { UnfinishedTotalsWatch } from './host/metrics/unfinished-totals.watch.js';
import type { SagaRuntime } from './host/saga.runtime.js';
import { chaosOf } from './operations/chaos/chaos.module.js';
import { DeadLettersService } from './operations/dead-letters/dead-letters.service.js';
import { Instances } from './operations/instances/instances.client.js';
import { SagaMinutesRepository } from './operations/minutes/saga-minutes.repository.js';
import { SagaMinutesWriter } from './operations/minutes/saga-minutes.writer.js';
import { operations } from './operations/operations.module.js';
import { LogDaysMaker } from './retention/log-days.maker.js';
import { LogDaysRepository } from './retention/log-days.repository.js';
import { RetentionRepository } from './retention/retention.repository.js';
import { RetentionWorker } from './retention/retention.worker.js';

interface Parts {
  config: OrchestratorConfig;
  logger: Logger;
  database: Database;
  sagas: SagaRuntime;
}

export type BackgroundWork = ReturnType<typeof backgroundWork>;

/** What runs beside the requests of callers. */
export function backgroundWork({ config, logger, database, sagas }: Parts) {
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
    queues: sagas.brokers.deadLetters,
    commandQueues: sagas.registry.participants.map(({ queue }) => queue),
    queueCounts: sagas.queueCounts,
    logger,
  });
  const unfinished = new UnfinishedTotalsWatch(
    new UnfinishedTotalsRepository(database, {
      instanceId: sagas.store.instanceId,
      definitions: sagas.registry.definitions,
      silentAfterMs: config.OWNER_SILENT_MS,
    }),
    logger,
  ).expose();
  const chaos = chaosOf({ config, database, logger });
  const instances = new Instances(config.watchedApps, config.OPS_TOKEN);
  const minutes = new SagaMinutesWriter({
    counts: sagas.minuteCounts,
    minutes: new SagaMinutesRepository(database, sagas.store.instanceId),
    logger,
  });
  const forOperators = operations({ config, database, sagas, logger, chaos, instances });
  return {
    logDays,
    deadLetters,
    forOperators,
    start: () => {
      retention.job.start();
      unfinished.job.start();
      deadLetters.start();
      chaos?.pusher.job.start();
      minutes.job.start();
      forOperators.runner.job.start();
    },
    /** Before and after the sagas stop. */
    stopping: {
      first: [
        { name: 'retention', run: () => retention.job.stop() },
        { name: 'unfinished sagas', run: () => unfinished.job.stop() },
        { name: 'bulk operations', run: () => forOperators.runner.stop() },
        { name: 'chaos settings', run: async () => chaos?.pusher.stop() },
      ],
      last: [
        { name: 'instances', run: async () => instances.close() },
        { name: 'minutes', run: () => minutes.stop() },
        { name: 'dead letters', run: () => deadLetters.stop() },
      ],
    },
  };
}
