import type { Database } from '@backstitch/database';
import type { OrderPage } from './order-list.js';
import { type ListedOrder, type ListedRow, listStatement, SCAN_MAX } from './order-list.sql.js';

/** Orders of a list, newest first. */
interface ListedPage {
  orders: ListedOrder[];
  /** The order, or the row, behind which the list goes on; undefined when nothing follows. */
  behind: string | undefined;
}

/** Reads lists of orders. Throws DatabaseAway. */
export class OrderListRepository {
  constructor(private readonly database: Pick<Database, 'query'>) {}

  async list(page: OrderPage): Promise<ListedPage> {
    const [row] = await this.database.query<ListedRow>(listStatement(page));
    const { orders, scanned, last } = row!;
    const found = orders ?? [];
    const listed = found.slice(0, page.limit);
    if (found.length > page.limit) return { orders: listed, behind: listed.at(-1)!.id };
    return { orders: listed, behind: scanned === SCAN_MAX ? last! : undefined };
  }
}
