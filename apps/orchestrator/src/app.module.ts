import type { Database, Logger } from '@backstitch/service-kit';
import { currencyDigits } from '@backstitch/shared-types';
import { type DynamicModule, Module } from '@nestjs/common';
import { CheckoutController } from './sagas/checkout/http/checkout.controller.js';
import { CheckoutBatchController } from './sagas/checkout/http/checkout-batch.controller.js';
import { BatchedCheckoutHandler } from './sagas/checkout/http/batched-checkout.handler.js';
import { CheckoutHandler } from './sagas/checkout/checkout.handler.js';
import { CheckoutRepository } from './sagas/checkout/claims/checkout.repository.js';
import { OrchestratorConfig } from './config.js';
import { operations } from './operations/operations.module.js';
import { OrdersController } from './host/queries/orders.controller.js';
import { ProductsController } from './host/queries/products.controller.js';
import { Questions } from './host/queries/queries.client.js';
import { SagaRuntime } from './host/saga.runtime.js';
import { SagasController } from './sagas/sagas.controller.js';

export interface AppParts {
  config: OrchestratorConfig;
  database: Database;
  sagas: SagaRuntime;
  logger: Logger;
}

@Module({})
export class AppModule {
  static of({ config, database, sagas, logger }: AppParts): DynamicModule {
    const digits = currencyDigits(config.CURRENCY);
    const handler = new CheckoutHandler({
      sagas,
      claims: new CheckoutRepository(database, {
        dedupeSeconds: config.CHECKOUT_DEDUPE_SECONDS,
        keyDays: config.IDEMPOTENCY_RETENTION_DAYS,
      }),
      config,
      logger,
      digits,
    });
    const batched = new BatchedCheckoutHandler({ checkouts: handler, logger, digits });
    const forOperators = operations({ config, database, sagas, logger });
    return {
      module: AppModule,
      controllers: [
        CheckoutController,
        CheckoutBatchController,
        OrdersController,
        ProductsController,
        SagasController,
        ...forOperators.controllers,
      ],
      providers: [
        { provide: OrchestratorConfig, useValue: config },
        { provide: SagaRuntime, useValue: sagas },
        { provide: CheckoutHandler, useValue: handler },
        { provide: BatchedCheckoutHandler, useValue: batched },
        Questions,
        ...forOperators.providers,
      ],
    };
  }
}
