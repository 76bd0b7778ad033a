import type { Database } from '@backstitch/database';
import type { Delivery } from '@backstitch/shared-types';
import { keepDelivery, removeUnordered } from './deliveries.sql.js';

/**
 * How shoppers get their orders. A delivery is kept before its checkout begins, by the id that the order
 * will have: so no command, no saga and no dead letter contains it (ADR 19). Throws DatabaseAway.
 */
export class DeliveriesRepository {
  constructor(private readonly database: Pick<Database, 'query'>) {}

  /** Again for the same order, it changes nothing. */
  async keep(orderId: string, caller: string, delivery: Delivery): Promise<void> {
    await this.database.query(keepDelivery(orderId, caller, delivery));
  }

  /** Removes the deliveries of checkouts that were undone, or never began; answers how many. */
  async removeUnordered(): Promise<number> {
    return (await this.database.query(removeUnordered())).length;
  }
}
