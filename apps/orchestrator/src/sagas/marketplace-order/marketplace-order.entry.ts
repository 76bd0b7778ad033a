import { CHECKOUT_BYTES_MAX, currencyDigits } from '@backstitch/shared-types';
import type { OrchestratorConfig } from '../../config.js';
import type { RegisteredSaga } from '../../host/registry/registered-saga.js';
import { SagaWaits } from '../../host/saga-waits.js';
import type { HostedSaga, SagaHost, SagaRoutes } from '../../host/saga-routes.js';
import { ORDERS, PAYMENTS, STOCK } from '../participants.js';
import { MarketplaceOrdersController } from './http/marketplace-orders.controller.js';
import { marketplaceSaga } from './marketplace-saga.js';
import { OrderSignalsHandler } from './order-signals.handler.js';
import { reasonOf } from './outcome.js';
import { PaymentHandler } from './payment.handler.js';
import type { PlacedInput } from './placed-order.js';
import { PlacementHandler } from './placement.handler.js';

/** The marketplace order as the registry lists it. */
export function marketplaceOrder(config: OrchestratorConfig): HostedSaga {
  const definition = marketplaceSaga({
    sagaDeadlineMs: config.SAGA_DEADLINE_MS,
    paymentReplyTimeoutMs: config.PAYMENT_REPLY_TIMEOUT_MS,
    steps: {
      replyTimeoutMs: config.REPLY_TIMEOUT_MS,
      attemptsMax: config.STEP_ATTEMPTS,
      deadlineMs: config.STEP_DEADLINE_MS,
    },
    sellerDecidesMs: config.SELLER_DECIDES_MS,
    customerPaysMs: config.CUSTOMER_PAYS_MS,
    sellerFulfilsMs: config.SELLER_FULFILS_MS,
    graceMs: config.RESERVATION_GRACE_MS,
  });
  const saga: RegisteredSaga<PlacedInput> = {
    definitions: [definition],
    outcome: reasonOf,
    view: (general) => general,
    participants: [ORDERS, STOCK, PAYMENTS],
  };
  return {
    ...saga,
    routes: (host) => routesOf(host, definition),
    bodyBytesMaxAt: { '/orders': CHECKOUT_BYTES_MAX },
  };
}

function routesOf(host: SagaHost, definition: ReturnType<typeof marketplaceSaga>): SagaRoutes {
  const { config, database, sagas } = host;
  const waits = new SagaWaits(sagas);
  const signals = new OrderSignalsHandler(sagas, waits, config);
  const digits = currencyDigits(config.CURRENCY);
  const placements = new PlacementHandler({
    definition,
    sagas,
    database,
    signals,
    config,
    digits,
  });
  return {
    controllers: [MarketplaceOrdersController],
    providers: [
      { provide: OrderSignalsHandler, useValue: signals },
      { provide: PlacementHandler, useValue: placements },
      { provide: PaymentHandler, useValue: new PaymentHandler(sagas, signals, config) },
    ],
    close: () => {
      placements.close();
      waits.close();
    },
  };
}
