import type { Database } from '@backstitch/database';
import type { Logger } from '@backstitch/service-kit';
import { Module, type DynamicModule } from '@nestjs/common';
import { CartsController } from './carts/carts.controller.js';
import { CartsRepository } from './carts/carts.repository.js';
import { DeliveriesController } from './delivery/deliveries.controller.js';
import { DeliveriesRepository } from './delivery/deliveries.repository.js';
import { OrdersConsumer } from './orders/orders.consumer.js';
import { OrdersHandler } from './orders/orders.handler.js';
import { OrdersRepository } from './orders/orders.repository.js';

export interface AppParts {
  database: Database;
  currency: string;
  logger: Logger;
}

@Module({})
export class AppModule {
  static of({ database, currency, logger }: AppParts): DynamicModule {
    const carts = new CartsRepository(database);
    const repository = new OrdersRepository(database, currency);
    const handler = new OrdersHandler(repository, currency, logger, carts);
    return {
      module: AppModule,
      controllers: [OrdersConsumer, CartsController, DeliveriesController],
      providers: [
        { provide: OrdersHandler, useValue: handler },
        { provide: CartsRepository, useValue: carts },
        { provide: DeliveriesRepository, useValue: new DeliveriesRepository(database) },
      ],
    };
  }
}
