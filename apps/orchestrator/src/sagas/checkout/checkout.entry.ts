import { CHECKOUT_BYTES_MAX, currencyDigits } from '@backstitch/shared-types';
import type { OrchestratorConfig } from '../../config.js';
import type { RegisteredSaga } from '../../host/registry/registered-saga.js';
import type { HostedSaga, SagaHost, SagaRoutes } from '../../host/saga-routes.js';
import { ORDERS, PAYMENTS, STOCK } from '../participants.js';
import { CheckoutRepository } from './claims/checkout.repository.js';
import { CheckoutHandler } from './checkout.handler.js';
import { checkoutSaga, holdSecondsOf } from './checkout-saga.js';
import { checkoutView } from './checkout-view.js';
import type { CheckoutInput } from './checkout.js';
import { BatchedCheckoutHandler } from './http/batched-checkout.handler.js';
import { CheckoutBatchController } from './http/checkout-batch.controller.js';
import { CheckoutController } from './http/checkout.controller.js';
import { refusalOf } from './refusal.js';

/** The checkout as the registry lists it. */
export function checkout(config: OrchestratorConfig): HostedSaga {
  const timing = {
    sagaDeadlineMs: config.SAGA_DEADLINE_MS,
    paymentReplyTimeoutMs: config.PAYMENT_REPLY_TIMEOUT_MS,
    paymentSoftRetries: config.PAYMENT_SOFT_RETRIES,
    steps: {
      replyTimeoutMs: config.REPLY_TIMEOUT_MS,
      attemptsMax: config.STEP_ATTEMPTS,
      deadlineMs: config.STEP_DEADLINE_MS,
    },
  };
  const definition = checkoutSaga(timing);
  const told = {
    currency: config.CURRENCY,
    holdSeconds: holdSecondsOf({ sagaDeadlineMs: config.SAGA_DEADLINE_MS }),
  };
  const saga: RegisteredSaga<CheckoutInput> = {
    definitions: [definition, checkoutSaga(timing, 1)],
    outcome: refusalOf,
    view: (general, instance) => checkoutView(general, instance, told),
    participants: [ORDERS, STOCK, PAYMENTS],
  };
  return {
    ...saga,
    routes: (host) => routesOf(host, definition),
    bodyBytesMaxAt: { '/checkout': CHECKOUT_BYTES_MAX },
  };
}

function routesOf(host: SagaHost, definition: ReturnType<typeof checkoutSaga>): SagaRoutes {
  const { config, database, sagas, logger } = host;
  const digits = currencyDigits(config.CURRENCY);
  const handler = new CheckoutHandler({
    definition,
    sagas,
    claims: new CheckoutRepository(database, {
      dedupeSeconds: config.CHECKOUT_DEDUPE_SECONDS,
      keyDays: config.IDEMPOTENCY_RETENTION_DAYS,
    }),
    config,
    logger,
    digits,
  });
  const batched = new BatchedCheckoutHandler({
    checkouts: handler,
    logger,
    digits,
    requiresCaller: config.requiresCaller,
  });
  return {
    controllers: [CheckoutController, CheckoutBatchController],
    providers: [
      { provide: CheckoutHandler, useValue: handler },
      { provide: BatchedCheckoutHandler, useValue: batched },
    ],
    close: () => handler.close(),
  };
}
