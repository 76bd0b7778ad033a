import { MalformedCommand } from '@backstitch/messaging';
import { type Logger, logRoutine } from '@backstitch/service-kit';
import { COMMANDS, type ProductView } from '@backstitch/shared-types';
import { pageAsked } from './catalogue-page.js';
import type { CatalogueRepository } from './catalogue.repository.js';

export class CatalogueHandler {
  constructor(
    private readonly catalogue: CatalogueRepository,
    private readonly logger: Logger,
  ) {}

  /** Throws MalformedCommand. */
  async list(data: unknown): Promise<ProductView[]> {
    const page = pageAsked(data);
    if ('problems' in page) {
      const { problems } = page;
      throw new MalformedCommand(problems.map(({ message }) => message).join('; '), problems);
    }
    const products = await this.catalogue.list(page);
    const listed = { command: COMMANDS.inventoryList, products: products.length };
    logRoutine(this.logger, listed, 'listed');
    return products;
  }
}
