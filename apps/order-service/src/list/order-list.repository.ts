import type { Database } from '@backstitch/database';
import type { OrderPage } from './order-list.js';
import {
  FIRST_SCAN,
  type ListedOrder,
  type ListedRow,
  listStatement,
  type Scan,
  SCAN_MAX,
} from './order-list.sql.js';

/** Orders of a list, newest first. */
interface ListedPage {
  orders: ListedOrder[];
  /** The order, or the row, behind which the list goes on; undefined when nothing follows. */
  behind: string | undefined;
}

/** Reads lists of orders. Throws DatabaseAway. */
export class OrderListRepository {
  constructor(private readonly database: Pick<Database, 'query'>) {}

  /** Many rows are read only where few do not fill the page. */
  async list(page: OrderPage): Promise<ListedPage> {
    const first = await this.read(page, FIRST_SCAN);
    const isEnough = first.orders.length > page.limit || first.behind === undefined;
    const { orders, behind } = isEnough ? first : await this.read(page, SCAN_MAX);
    const listed = orders.slice(0, page.limit);
    return { orders: listed, behind: orders.length > page.limit ? listed.at(-1)!.id : behind };
  }

  /** One order more than the limit, where there is one; `behind` is the last row that was read. */
  private async read(page: OrderPage, scan: Scan): Promise<ListedPage> {
    const [row] = await this.database.query<ListedRow>(listStatement(page, scan));
    const { orders, scanned, last } = row!;
    return { orders: orders ?? [], behind: scanned === scan ? last! : undefined };
  }
}
