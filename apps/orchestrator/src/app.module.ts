import { EventStreams, type Logger } from '@backstitch/service-kit';
import { type DynamicModule, Module } from '@nestjs/common';
import { OrchestratorConfig } from './config.js';
import { OperatorReads } from './host/callers/operator-reads.js';
import { OrdersController } from './host/queries/orders.controller.js';
import { ProductsController } from './host/queries/products.controller.js';
import { Queries } from './host/queries/queries.client.js';
import { SagaEventsController } from './host/queries/saga-events.controller.js';
import { SagasController } from './host/queries/sagas.controller.js';
import type { SagaRoutes } from './host/saga-routes.js';
import { SagaRuntime } from './host/saga.runtime.js';
import type { SagaStreams } from './host/streams/saga-streams.module.js';
import { SagaWatch } from './host/streams/sagas.watch.js';
import type { operations } from './operations/operations.module.js';

export interface AppParts {
  config: OrchestratorConfig;
  sagas: SagaRuntime;
  logger: Logger;
  /** Those of the registered sagas. */
  routes: readonly SagaRoutes[];
  streams: SagaStreams;
  /** What operators may see and do. */
  forOperators: ReturnType<typeof operations>;
}

@Module({})
export class AppModule {
  static of({ config, sagas, logger, routes, forOperators, streams }: AppParts): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        ...routes.flatMap(({ controllers }) => controllers),
        OrdersController,
        ProductsController,
        SagasController,
        SagaEventsController,
        ...forOperators.controllers,
      ],
      providers: [
        { provide: OrchestratorConfig, useValue: config },
        { provide: SagaRuntime, useValue: sagas },
        { provide: OperatorReads, useValue: new OperatorReads(logger) },
        ...routes.flatMap(({ providers }) => providers),
        { provide: EventStreams, useValue: streams.streams },
        { provide: SagaWatch, useValue: streams.watch },
        Queries,
        ...forOperators.providers,
      ],
    };
  }
}
