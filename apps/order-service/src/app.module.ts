import type { Database } from '@backstitch/database';
import type { Logger } from '@backstitch/service-kit';
import { Module, type DynamicModule } from '@nestjs/common';
import { CartsController } from './carts/carts.controller.js';
import { CartsRepository } from './carts/carts.repository.js';
import { DeliveriesController } from './delivery/deliveries.controller.js';
import { DeliveriesRepository } from './delivery/deliveries.repository.js';
import { HistoryController } from './history/history.controller.js';
import { HistoryHandler } from './history/history.handler.js';
import { HistoryRepository } from './history/history.repository.js';
import { OrderListController } from './list/order-list.controller.js';
import { OrderListRepository } from './list/order-list.repository.js';
import { OrdersConsumer } from './orders/orders.consumer.js';
import { OrdersHandler } from './orders/orders.handler.js';
import { OrdersRepository } from './orders/orders.repository.js';
import { StageChangesConsumer } from './orders/stage-changes.consumer.js';
import { StageChangesHandler } from './orders/stage-changes.handler.js';
import { StageChangesRepository } from './orders/stage-changes.repository.js';

export interface AppParts {
  database: Database;
  currency: string;
  logger: Logger;
  /** Whether events are kept until they are published [true]. */
  areEventsPublished?: boolean;
}

@Module({})
export class AppModule {
  static of({ database, currency, logger, areEventsPublished }: AppParts): DynamicModule {
    const carts = new CartsRepository(database);
    const repository = new OrdersRepository(database, currency, areEventsPublished);
    const handler = new OrdersHandler(repository, currency, logger, carts);
    const history = new HistoryHandler(handler, new HistoryRepository(database), logger);
    const stages = new StageChangesRepository(database, areEventsPublished);
    return {
      module: AppModule,
      controllers: [
        OrdersConsumer,
        StageChangesConsumer,
        CartsController,
        DeliveriesController,
        HistoryController,
        OrderListController,
      ],
      providers: [
        { provide: OrdersHandler, useValue: handler },
        { provide: StageChangesHandler, useValue: new StageChangesHandler(stages, logger) },
        { provide: HistoryHandler, useValue: history },
        { provide: OrderListRepository, useValue: new OrderListRepository(database) },
        { provide: CartsRepository, useValue: carts },
        { provide: DeliveriesRepository, useValue: new DeliveriesRepository(database) },
      ],
    };
  }
}
