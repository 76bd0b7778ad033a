import type { OrchestratorConfig } from '../../config.js';
import { SagaWaits } from '../../host/saga-waits.js';
import { Queries } from '../../host/queries/queries.client.js';
import type { RegisteredSaga } from '../../host/registry/registered-saga.js';
import type { HostedSaga, SagaHost, SagaRoutes } from '../../host/saga-routes.js';
import { ORDERS, PAYMENTS, STOCK } from '../participants.js';
import { StagedOrders } from '../staged-orders.client.js';
import { reasonOf } from './cancel-answer.js';
import { CancellationHandler } from './cancellation.handler.js';
import { cancellationSaga } from './cancellation-saga.js';
import type { CancellationInput } from './cancellation.js';
import { CancellationsRepository } from './cancellations.repository.js';
import { CancellationController } from './http/cancellation.controller.js';

/** The cancellation as the registry lists it. */
export function cancellation(config: OrchestratorConfig): HostedSaga {
  const definition = cancellationSaga({
    sagaDeadlineMs: config.SAGA_DEADLINE_MS,
    paymentReplyTimeoutMs: config.PAYMENT_REPLY_TIMEOUT_MS,
    steps: {
      replyTimeoutMs: config.REPLY_TIMEOUT_MS,
      attemptsMax: config.STEP_ATTEMPTS,
      deadlineMs: config.STEP_DEADLINE_MS,
    },
  });
  const saga: RegisteredSaga<CancellationInput> = {
    definitions: [definition],
    outcome: reasonOf,
    view: (general) => general,
    participants: [ORDERS, STOCK, PAYMENTS],
  };
  return { ...saga, routes: (host) => routesOf(host, definition) };
}

function routesOf(
  { config, database, sagas, logger }: SagaHost,
  definition: ReturnType<typeof cancellationSaga>,
): SagaRoutes {
  const waits = new SagaWaits(sagas);
  const handler = new CancellationHandler({
    definition,
    sagas,
    orders: new StagedOrders(new Queries(sagas, config)),
    repository: new CancellationsRepository(database),
    waits,
    config,
    logger,
  });
  return {
    controllers: [CancellationController],
    providers: [{ provide: CancellationHandler, useValue: handler }],
    close: () => waits.close(),
  };
}
