import { Coalescer } from '@backstitch/coalesce';
import type { Database, Statement } from '@backstitch/database';
import { watchBatches } from '@backstitch/service-kit';
import { fromMinor, toMinor, type ProductView } from '@backstitch/shared-types';
import type { CataloguePage } from './catalogue-page.js';

const PRODUCTS = 'SELECT id, name, description, price, stock_quantity FROM products';
const IN_ORDER = 'ORDER BY left(name, 100), id LIMIT $1';

/** Both read the index of this order from where the page begins, and no more than the page. */
const FIRST_PAGE = { name: 'first_products', text: `${PRODUCTS} WHERE price > 0 ${IN_ORDER}` };
const NEXT_PAGE = {
  name: 'next_products',
  text:
    `${PRODUCTS} WHERE price > 0 AND (left(name, 100), id) > (left($2, 100), $3::uuid) ` + IN_ORDER,
};

interface ProductRow {
  id: string;
  name: string;
  description: string;
  price: string;
  stock_quantity: number;
}

/** Reads the catalogue. Requests for a page that is being read share the next read. */
export class CatalogueRepository {
  private readonly readings: Coalescer<CataloguePage, ProductView[]>;

  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly currency: string,
    private readonly digits: number,
  ) {
    this.readings = new Coalescer({
      keyOf: ({ limit, after }) => JSON.stringify([limit, after?.name, after?.id]),
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
    const rows = await this.database.query<ProductRow>(statementOf(page));
    return rows.map(({ stock_quantity: available, price, ...row }) => ({
      ...row,
      price: this.spelled(price),
      currency: this.currency,
      available,
    }));
  }

  /** "30.00" in a currency without minor digits is "30". */
  private spelled(price: string): string {
    const minor = toMinor(price, this.digits);
    return minor === undefined ? price : fromMinor(minor, this.digits);
  }
}

function statementOf({ limit, after }: CataloguePage): Statement {
  if (!after) return { ...FIRST_PAGE, values: [limit] };
  return { ...NEXT_PAGE, values: [limit, after.name, after.id] };
}
