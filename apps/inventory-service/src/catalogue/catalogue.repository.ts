import { Coalescer } from '@backstitch/coalesce';
import type { Database, Statement } from '@backstitch/service-kit';
import { fromMinor, toMinor, type ProductView } from '@backstitch/shared-types';

const LIST: Statement = {
  name: 'list_products',
  text: 'SELECT id, name, description, price, stock_quantity FROM products WHERE price > 0 ORDER BY name, id',
  values: [],
};

interface ProductRow {
  id: string;
  name: string;
  description: string;
  price: string;
  stock_quantity: number;
}

/** Reads the catalogue. Those who ask while it is being read share the next reading. */
export class CatalogueRepository {
  private readonly readings: Coalescer<'list', ProductView[]>;

  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly currency: string,
    private readonly digits: number,
  ) {
    this.readings = new Coalescer({
      keyOf: (list) => list,
      sameWork: () => true,
      run: async () => [{ ok: await this.read() }],
    });
  }

  /** Every product by name, with what is available now. Throws DatabaseAway. */
  list(): Promise<ProductView[]> {
    return this.readings.submit('list');
  }

  private async read(): Promise<ProductView[]> {
    const rows = await this.database.query<ProductRow>(LIST);
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
