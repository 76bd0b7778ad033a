import type { Database, Logger } from '@backstitch/service-kit';
import type { ModuleMetadata } from '@nestjs/common';
import type { OrchestratorConfig } from '../config.js';
import { Queries } from '../host/queries/queries.client.js';
import type { SagaRuntime } from '../host/saga.runtime.js';
import { BulkController } from './bulk/bulk.controller.js';
import { BulkHandler } from './bulk/bulk.handler.js';
import { BulkPreviewHandler } from './bulk/bulk-preview.handler.js';
import { BulkRepository } from './bulk/bulk.repository.js';
import { BulkRunner } from './bulk/bulk.runner.js';
import type { Chaos } from './chaos/chaos.module.js';
import { DeadLetterAssessor } from './dead-letters/dead-letter-assessor.client.js';
import { DeadLetterListHandler } from './dead-letters/dead-letter-list.handler.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { DeadLettersHandler } from './dead-letters/dead-letters.handler.js';
import { DeadLettersRepository } from './dead-letters/dead-letters.repository.js';
import { HealthHandler } from './health/health.handler.js';
import { OperationsHealthController } from './health/health.controller.js';
import { Instances } from './instances/instances.client.js';
import { LogsController } from './logs/logs.controller.js';
import { SagaMetricsController } from './minutes/metrics.controller.js';
import { SagaMinutesRepository } from './minutes/saga-minutes.repository.js';
import { OperatorActionsController } from './operator-action-list.controller.js';
import { OperatorActionListRepository } from './operator-action-list.repository.js';
import { OperatorActions } from './operator-actions.repository.js';
import { SagaActionsController } from './saga-actions.controller.js';
import { SagaActionsHandler } from './saga-actions.handler.js';
import { SagaSearchRepository } from './search/saga-search.repository.js';
import { UnfinishedSagasRepository } from './unfinished-sagas.repository.js';

/** What operators may see and do. */
export function operations(parts: {
  config: OrchestratorConfig;
  database: Database;
  sagas: SagaRuntime;
  logger: Logger;
  chaos: Chaos | undefined;
  instances: Instances;
}): Required<Pick<ModuleMetadata, 'controllers' | 'providers'>> & { runner: BulkRunner } {
  const { config, database, sagas, logger, chaos, instances } = parts;
  const actions = new OperatorActions(database);
  const { registry, store, engine } = sagas;
  const queues = sagas.brokers.deadLetters;
  const deadLetters = new DeadLettersRepository(database);
  const assessor = new DeadLetterAssessor(registry, store, new Queries(sagas, config));
  const lists = new DeadLetterListHandler({ deadLetters, assessor });
  const handler = new DeadLettersHandler({ queues, deadLetters, assessor, actions, logger });
  const unfinished = new UnfinishedSagasRepository(database);
  const sagaActions = new SagaActionsHandler({
    registry,
    engine,
    store,
    unfinished,
    actions,
    logger,
  });
  const search = new SagaSearchRepository(database);
  const bulk = new BulkRepository(database, store.instanceId);
  const runner = new BulkRunner({ bulk, sagas: sagaActions, logger });
  const previews = new BulkPreviewHandler({
    registry,
    store,
    search,
    bulk,
    currency: config.CURRENCY,
    nowMs: () => store.clock.nowMs(),
  });
  const health = new HealthHandler({ instances, sagas });
  return {
    runner,
    controllers: [
      BulkController,
      DeadLettersController,
      SagaActionsController,
      OperationsHealthController,
      OperatorActionsController,
      SagaMetricsController,
      LogsController,
      ...(chaos?.controllers ?? []),
    ],
    providers: [
      { provide: Instances, useValue: instances },
      { provide: HealthHandler, useValue: health },
      {
        provide: SagaMinutesRepository,
        useValue: new SagaMinutesRepository(database, store.instanceId),
      },
      { provide: SagaSearchRepository, useValue: search },
      { provide: BulkPreviewHandler, useValue: previews },
      { provide: BulkHandler, useValue: new BulkHandler({ bulk, actions, runner }) },
      {
        provide: OperatorActionListRepository,
        useValue: new OperatorActionListRepository(database),
      },
      { provide: DeadLetterListHandler, useValue: lists },
      { provide: DeadLettersHandler, useValue: handler },
      { provide: SagaActionsHandler, useValue: sagaActions },
      ...(chaos?.providers ?? []),
    ],
  };
}
