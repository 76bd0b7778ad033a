import { Coalescer } from '@backstitch/coalesce';
import type { Database } from '@backstitch/database';
import { watchBatches } from '@backstitch/service-kit';
import type { ProductView } from '@backstitch/shared-types';
import type { CataloguePage } from './catalogue-page.js';
import { pageStatement, type ProductRow, productView } from './catalogue.sql.js';

/** Reads the catalogue. Requests for a page that is being read share the next read. */
export class CatalogueRepository {
  private readonly readings: Coalescer<CataloguePage, ProductView[]>;

  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly currency: string,
    private readonly digits: number,
  ) {
    this.readings = new Coalescer({
      keyOf: ({ limit, after, category, words, ids, onlyOffered }) =>
        JSON.stringify([limit, after?.name, after?.id, category, words, ids, onlyOffered]),
      sameWork: () => true,
      batchMax: 1,
      run: async ([page]) => [{ ok: await this.read(page!) }],
    });
    watchBatches('catalogue', this.readings);
  }

  /** A page by name, with what is available now. Throws DatabaseAway. */
  list(page: CataloguePage): Promise<ProductView[]> {
    return this.readings.submit(page);
  }

  private async read(page: CataloguePage): Promise<ProductView[]> {
    const rows = await this.database.query<ProductRow & Record<string, unknown>>(
      pageStatement(page),
    );
    return rows.map((row) => productView(row, this.currency, this.digits));
  }
}
