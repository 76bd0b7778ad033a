import { EventStreams, exposeGauge, type Logger, type Shedding } from '@backstitch/service-kit';
import { type DynamicModule, Module } from '@nestjs/common';
import { AccountsRelay } from './accounts/accounts.relay.js';
import { AdminController } from './accounts/admin.controller.js';
import { AuthController } from './accounts/auth.controller.js';
import { IdentityClient } from './accounts/identity.client.js';
import { MeController } from './accounts/me.controller.js';
import { Admission } from './admission/admission.js';
import { CardsController } from './cards/cards.controller.js';
import { CartCheckoutController } from './carts/cart-checkout.controller.js';
import { CartsController } from './carts/carts.controller.js';
import { PricedCarts } from './carts/priced-carts.client.js';
import { CheckoutController } from './checkout/checkout.controller.js';
import { Deliveries } from './checkout/deliveries.client.js';
import { GatewayConfig } from './config.js';
import { ProductChangesController } from './catalogue/product-changes.controller.js';
import { ProductsController } from './catalogue/products.controller.js';
import { OrderActions } from './orders/order-actions.client.js';
import { OrderActionsController } from './orders/order-actions.controller.js';
import { MarketplaceOrdersController } from './marketplace/marketplace-orders.controller.js';
import { PlacedOrders } from './marketplace/placed-orders.client.js';
import { OrderHistoryController } from './queries/order-history.controller.js';
import { OrderListController } from './queries/order-list.controller.js';
import { OrderStreamController } from './queries/order-stream.controller.js';
import { SiteController } from './dashboard/site.controller.js';
import { QueriesController } from './queries/queries.controller.js';
import { SagaEventsController } from './queries/saga-events.controller.js';
import { RequestSigner } from './orchestrators/request-signer.js';
import { ChaosController } from './operations/chaos.controller.js';
import { OperationRequests } from './operations/operation-requests.client.js';
import { OperationsController } from './operations/operations.controller.js';
import { OverviewController } from './operations/overview.controller.js';
import { BulkController as OperationsBulkController } from './operations/bulk.controller.js';
import { Orchestrators } from './orchestrators/orchestrators.client.js';
import { InventoryClient } from './services/inventory.client.js';
import { OrderClient } from './services/order.client.js';
import type { ServiceClientOptions } from './services/service.client.js';

@Module({})
export class AppModule {
  static for(config: GatewayConfig, logger: Logger, shedding: Shedding): DynamicModule {
    const signer = new RequestSigner(config.internalKeys);
    const orchestrators = new Orchestrators({
      urls: config.orchestratorUrls,
      timeoutMs: config.ORCHESTRATOR_TIMEOUT_MS,
      signer,
      connectTimeoutMs: config.ORCHESTRATOR_CONNECT_TIMEOUT_MS,
      onFailure: (url, why, { headers }) => {
        const { 'x-saga-id': sagaId, 'x-request-id': requestId } = headers;
        logger.warn({ url, why, sagaId, requestId }, 'an orchestrator did not answer');
      },
    });
    const serviceOf = (name: string, urls: readonly string[]): ServiceClientOptions => ({
      urls,
      timeoutMs: config.SERVICE_TIMEOUT_MS,
      connectTimeoutMs: config.ORCHESTRATOR_CONNECT_TIMEOUT_MS,
      signer,
      onFailure: (url, why, { headers }) => {
        const { 'x-request-id': requestId } = headers;
        logger.warn({ url, why, requestId }, `${name} did not answer`);
      },
    });
    const inventory = new InventoryClient(serviceOf('inventory-service', config.inventoryUrls));
    const orders = new OrderClient(serviceOf('order-service', config.orderUrls));
    const { identityUrl } = config;
    const identity =
      identityUrl && new IdentityClient(serviceOf('identity-service', [identityUrl]));
    const admission = admissionOf(config, shedding);
    const deliveries = new Deliveries(orders);
    const placed = new PlacedOrders(inventory, orchestrators, deliveries, admission);
    return {
      module: AppModule,
      controllers: [
        CheckoutController,
        QueriesController,
        SagaEventsController,
        OrderHistoryController,
        OrderListController,
        OrderActionsController,
        MarketplaceOrdersController,
        OrderStreamController,
        OperationsController,
        OverviewController,
        OperationsBulkController,
        ...(config.NODE_ENV === 'production' ? [] : [ChaosController]),
        ProductsController,
        ProductChangesController,
        CartsController,
        CartCheckoutController,
        ...(config.NODE_ENV === 'production' ? [] : [CardsController]),
        SiteController,
        ...(identity ? [AuthController, MeController, AdminController] : []),
      ],
      providers: [
        { provide: GatewayConfig, useValue: config },
        { provide: Admission, useValue: admission },
        { provide: Orchestrators, useValue: orchestrators },
        { provide: EventStreams, useValue: streamsOf(config, shedding) },
        OperationRequests,
        OrderActions,
        { provide: InventoryClient, useValue: inventory },
        { provide: OrderClient, useValue: orders },
        { provide: Deliveries, useValue: deliveries },
        { provide: PlacedOrders, useValue: placed },
        { provide: PricedCarts, useValue: new PricedCarts(orders, inventory, config.CURRENCY) },
        ...(identity ? [{ provide: IdentityClient, useValue: identity }, AccountsRelay] : []),
      ],
    };
  }
}

function streamsOf({ MAX_STREAMS: max }: GatewayConfig, shedding: Shedding): EventStreams {
  const streams = new EventStreams({ max, shedding });
  exposeGauge('event_streams_open', 'Streams of events that are open', () => streams.size);
  return streams;
}

function admissionOf(config: GatewayConfig, shedding: Shedding): Admission {
  const admission = new Admission({
    checkoutsMax: config.MAX_CHECKOUTS_IN_FLIGHT,
    slowAfterMs: config.SLOW_CHECKOUT_MS,
    replaysMax: config.MAX_REPLAYS_IN_FLIGHT,
    queriesMax: config.MAX_READS_IN_FLIGHT,
    shedding,
  });
  const checkouts = 'Checkouts that were forwarded and are not answered yet';
  exposeGauge('gateway_checkouts_in_flight', checkouts, () => admission.checkouts);
  const queries = 'Queries that were forwarded and are not answered yet';
  exposeGauge('gateway_reads_in_flight', queries, () => admission.queries);
  return admission;
}
