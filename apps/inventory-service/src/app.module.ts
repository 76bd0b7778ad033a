import type { Database } from '@backstitch/database';
import type { Logger } from '@backstitch/service-kit';
import { currencyDigits } from '@backstitch/shared-types';
import { Module, type DynamicModule } from '@nestjs/common';
import { CatalogueConsumer } from './catalogue/catalogue.consumer.js';
import { CatalogueHandler } from './catalogue/catalogue.handler.js';
import { CatalogueRepository } from './catalogue/catalogue.repository.js';
import { CatalogueTerms } from './catalogue/catalogue-terms.js';
import { ProductChangesController } from './catalogue/product-changes.controller.js';
import { ProductsController } from './catalogue/products.controller.js';
import { SellerProducts } from './catalogue/seller-products.repository.js';
import { ReturnsHandler } from './stock/returns.handler.js';
import type { ReturnsRepository } from './stock/returns.repository.js';
import { StockConsumer } from './stock/stock.consumer.js';
import { StockHandler } from './stock/stock.handler.js';
import type { StockRepository } from './stock/stock.repository.js';

export interface AppParts {
  database: Database;
  stock: StockRepository;
  returns: ReturnsRepository;
  currency: string;
  /** The least lifetime of a reservation. */
  ttlSeconds: number;
  logger: Logger;
}

@Module({})
export class AppModule {
  static of(parts: AppParts): DynamicModule {
    const { database, stock, returns, currency, ttlSeconds, logger } = parts;
    const digits = currencyDigits(currency);
    const catalogue = new CatalogueRepository(database, currency, digits);
    const stockHandler = new StockHandler(stock, { ttlSeconds, digits }, logger);
    return {
      module: AppModule,
      controllers: [StockConsumer, CatalogueConsumer, ProductsController, ProductChangesController],
      providers: [
        { provide: StockHandler, useValue: stockHandler },
        { provide: ReturnsHandler, useValue: new ReturnsHandler(returns, logger) },
        { provide: CatalogueHandler, useValue: new CatalogueHandler(catalogue, logger) },
        { provide: CatalogueRepository, useValue: catalogue },
        { provide: SellerProducts, useValue: new SellerProducts(database) },
        { provide: CatalogueTerms, useValue: new CatalogueTerms(currency, digits) },
      ],
    };
  }
}
