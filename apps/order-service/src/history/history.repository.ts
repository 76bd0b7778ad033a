import type { Database } from '@backstitch/database';
import type { OrderEvent } from '../orders/order-fold.js';
import { type EventRow, eventsStatement } from './history.sql.js';

/** Reads what happened to orders. Throws DatabaseAway. */
export class HistoryRepository {
  constructor(private readonly database: Pick<Database, 'query'>) {}

  /** All events of an order, from the first on. */
  eventsOf(orderId: string): Promise<OrderEvent[]> {
    return this.database.query<EventRow>(eventsStatement(orderId));
  }
}
