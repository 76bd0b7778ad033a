import type pg from 'pg';
import { matching } from './matching.js';
import type { Replacement } from './person.js';

const STATEMENTS = {
  cart_items: (whose: string) => `DELETE FROM cart_items WHERE ${whose}`,
  carts: (whose: string) => `DELETE FROM carts WHERE ${whose}`,
  order_delivery: (whose: string) => `
    UPDATE order_delivery
    SET name = NULL, phone = NULL, address = NULL, table_no = NULL, erased_at = now()
    WHERE ${whose} AND erased_at IS NULL`,
} as const;
const OWNER = { cart_items: 'user_id', carts: 'user_id', order_delivery: 'caller' } as const;

/** What the order service keeps of a person besides orders: it is removed, not replaced. */
export class PersonalRowsRepository {
  constructor(private readonly orders: pg.Client) {}

  /** Removes the cart, and the contents of all deliveries. Resolves to the row counts by table. */
  async remove(replacements: readonly Replacement[]): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const table of ['cart_items', 'carts', 'order_delivery'] as const) {
      const column = { column: OWNER[table], type: 'text' } as const;
      const { condition, finds } = matching(column, replacements);
      const { rowCount } = await this.orders.query(STATEMENTS[table](condition), finds);
      counts.set(table, rowCount ?? 0);
    }
    return counts;
  }
}
