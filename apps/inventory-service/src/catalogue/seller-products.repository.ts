import type { Database, Statement } from '@backstitch/database';
import type { ProductRow } from './catalogue.sql.js';
import type { OwnProduct, ProductDetails } from './product-changes.js';
import {
  archiveProduct,
  bookAs,
  type Booking,
  insertProduct,
  lockOwnProduct,
  moveStock,
  ownProductFrom,
  writeDetails,
} from './seller-products.sql.js';

export interface ProductKey {
  id: string;
  sellerId: string;
}

type Decision<Result> = (product: OwnProduct) => Result;

/**
 * Changes products for their sellers. A decision sees the product under its row lock, and may throw:
 * then nothing is changed. Methods with a key answer undefined when this seller has no such product.
 * They throw DatabaseAway and RowLocked.
 */
export class SellerProducts {
  constructor(private readonly database: Pick<Database, 'pipelined'>) {}

  create(details: ProductDetails, stock: number, booking: Booking): Promise<ProductRow> {
    return this.database.pipelined(async (transaction) => {
      const insert = insertProduct(booking.actor, details, stock);
      const [, created = []] = await transaction.commit(bookAs(booking), insert);
      return rowOf(created)!;
    });
  }

  change(key: ProductKey, decide: Decision<ProductDetails>): Promise<ProductRow | undefined> {
    return this.update(key, (product) => writeDetails(product.id, decide(product)));
  }

  /** Archiving an archived product changes nothing. */
  archive(key: ProductKey): Promise<ProductRow | undefined> {
    return this.update(key, ({ id, isArchived }) => (isArchived ? undefined : archiveProduct(id)));
  }

  /** Adds the decided quantity to the stock, and records it in the ledger. */
  moveStock(
    key: ProductKey,
    decide: Decision<number>,
    booking: Booking,
  ): Promise<ProductRow | undefined> {
    const decideMove = (product: OwnProduct) => moveStock(product.id, decide(product));
    return this.update(key, decideMove, bookAs(booking));
  }

  private update(
    { id, sellerId }: ProductKey,
    decide: Decision<Statement | undefined>,
    before?: Statement,
  ): Promise<ProductRow | undefined> {
    return this.database.pipelined(async (transaction) => {
      const [, locked = []] = await transaction.send(before, lockOwnProduct(id, sellerId));
      const row = rowOf(locked);
      const statement = row && decide(ownProductFrom(row));
      const [changed = []] = await transaction.commit(statement);
      return rowOf(changed) ?? row;
    });
  }
}

function rowOf(rows: readonly object[]): ProductRow | undefined {
  return rows[0] as ProductRow | undefined;
}
