import type pg from 'pg';
import { matching } from './matching.js';
import type { Replacement } from './person.js';

/** What the order service keeps of a person besides orders. */
export class DeliveryRepository {
  constructor(private readonly orders: pg.Client) {}

  /** Deletes the cart. Resolves to the number of rows by table. */
  async remove(replacements: readonly Replacement[]): Promise<ReadonlyMap<string, number>> {
    const { condition, finds } = matching({ column: 'user_id', type: 'text' }, replacements);
    const counts = new Map<string, number>();
    for (const table of ['cart_items', 'carts']) {
      const { rowCount } = await this.orders.query(
        `DELETE FROM ${table} WHERE ${condition}`,
        finds,
      );
      counts.set(table, rowCount ?? 0);
    }
    return counts;
  }
}
