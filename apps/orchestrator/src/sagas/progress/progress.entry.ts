import type { OrchestratorConfig } from '../../config.js';
import { SagaWaits } from '../../host/saga-waits.js';
import { Queries } from '../../host/queries/queries.client.js';
import type { RegisteredSaga } from '../../host/registry/registered-saga.js';
import type { HostedSaga, SagaHost, SagaRoutes } from '../../host/saga-routes.js';
import { ORDERS } from '../participants.js';
import { StagedOrders } from '../staged-orders.client.js';
import { ProgressController } from './http/progress.controller.js';
import { ProgressHandler } from './progress.handler.js';
import { progressSaga } from './progress-saga.js';
import type { ProgressInput } from './progress.js';

/** The progress of plain orders as the registry lists it. */
export function progress(config: OrchestratorConfig): HostedSaga {
  const definition = progressSaga({
    sagaDeadlineMs: config.SAGA_DEADLINE_MS,
    steps: {
      replyTimeoutMs: config.REPLY_TIMEOUT_MS,
      attemptsMax: config.STEP_ATTEMPTS,
      deadlineMs: config.STEP_DEADLINE_MS,
    },
  });
  const saga: RegisteredSaga<ProgressInput> = {
    definitions: [definition],
    outcome: () => ({
      code: 'ORDER_STATE_CONFLICT',
      detail: 'The order was in another stage.',
    }),
    view: (general) => general,
    participants: [ORDERS],
  };
  return { ...saga, routes: (host) => routesOf(host, definition) };
}

function routesOf(
  { config, sagas }: SagaHost,
  definition: ReturnType<typeof progressSaga>,
): SagaRoutes {
  const waits = new SagaWaits(sagas);
  const orders = new StagedOrders(new Queries(sagas, config));
  const handler = new ProgressHandler({ definition, sagas, orders, waits, config });
  return {
    controllers: [ProgressController],
    providers: [{ provide: ProgressHandler, useValue: handler }],
    close: () => waits.close(),
  };
}
