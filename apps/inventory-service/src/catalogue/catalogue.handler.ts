import type { Logger } from '@backstitch/service-kit';
import { COMMANDS, type ProductView } from '@backstitch/shared-types';
import type { CatalogueRepository } from './catalogue.repository.js';

export class CatalogueHandler {
  constructor(
    private readonly catalogue: CatalogueRepository,
    private readonly logger: Logger,
  ) {}

  async list(): Promise<ProductView[]> {
    const products = await this.catalogue.list();
    this.logger.info({ command: COMMANDS.inventoryList, products: products.length }, 'listed');
    return products;
  }
}
