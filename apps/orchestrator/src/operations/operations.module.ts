import type { Database, Logger } from '@backstitch/service-kit';
import type { ModuleMetadata } from '@nestjs/common';
import type { OrchestratorConfig } from '../config.js';
import { Questions } from '../host/queries/queries.client.js';
import type { SagaRuntime } from '../host/saga.runtime.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { DeadLettersHandler } from './dead-letters.handler.js';
import { LettersClient } from './letters.client.js';
import { OperatorActions } from './operator-actions.repository.js';
import { QueueLocks } from './queue-locks.repository.js';
import { SagaActionsController } from './saga-actions.controller.js';
import { SagaActionsHandler } from './saga-actions.handler.js';
import { UnfinishedSagasRepository } from './unfinished-sagas.repository.js';

/** What operators may see and do. */
export function operations(parts: {
  config: OrchestratorConfig;
  database: Database;
  sagas: SagaRuntime;
  logger: Logger;
}): Required<Pick<ModuleMetadata, 'controllers' | 'providers'>> {
  const { config, database, sagas, logger } = parts;
  const actions = new OperatorActions(database);
  const { registry, store, engine } = sagas;
  const deadLetters = new DeadLettersHandler({
    queues: sagas.deadLetters,
    letters: new LettersClient(registry, store, new Questions(sagas, config)),
    actions,
    locks: new QueueLocks(database),
    logger,
  });
  const unfinished = new UnfinishedSagasRepository(database);
  const sagaActions = new SagaActionsHandler({
    registry,
    engine,
    store,
    unfinished,
    actions,
    logger,
  });
  return {
    controllers: [DeadLettersController, SagaActionsController],
    providers: [
      { provide: DeadLettersHandler, useValue: deadLetters },
      { provide: SagaActionsHandler, useValue: sagaActions },
    ],
  };
}
