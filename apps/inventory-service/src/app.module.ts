import type { Database } from '@backstitch/database';
import type { Logger } from '@backstitch/service-kit';
import { currencyDigits } from '@backstitch/shared-types';
import { Module, type DynamicModule } from '@nestjs/common';
import { CatalogueConsumer } from './catalogue/catalogue.consumer.js';
import { CatalogueHandler } from './catalogue/catalogue.handler.js';
import { CatalogueRepository } from './catalogue/catalogue.repository.js';
import { StockConsumer } from './stock/stock.consumer.js';
import { StockHandler } from './stock/stock.handler.js';
import type { StockRepository } from './stock/stock.repository.js';

export interface AppParts {
  database: Database;
  stock: StockRepository;
  currency: string;
  /** The least lifetime of a reservation. */
  ttlSeconds: number;
  logger: Logger;
}

@Module({})
export class AppModule {
  static of({ database, stock, currency, ttlSeconds, logger }: AppParts): DynamicModule {
    const digits = currencyDigits(currency);
    const catalogue = new CatalogueRepository(database, currency, digits);
    const stockHandler = new StockHandler(stock, { ttlSeconds, digits }, logger);
    return {
      module: AppModule,
      controllers: [StockConsumer, CatalogueConsumer],
      providers: [
        { provide: StockHandler, useValue: stockHandler },
        { provide: CatalogueHandler, useValue: new CatalogueHandler(catalogue, logger) },
      ],
    };
  }
}
