import type { Database } from '@backstitch/database';
import type { Logger } from '@backstitch/service-kit';
import { Module, type DynamicModule } from '@nestjs/common';
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
    const repository = new OrdersRepository(database, currency);
    const handler = new OrdersHandler(repository, currency, logger);
    return {
      module: AppModule,
      controllers: [OrdersConsumer],
      providers: [{ provide: OrdersHandler, useValue: handler }],
    };
  }
}
