import type { Database, Statement, Transaction } from '@backstitch/database';
import {
  type CartForCheckout,
  type CartLine,
  type CartView,
  LINES_MAX,
  type OrderedLine,
} from '@backstitch/shared-types';
import {
  type CartRow,
  lockCart,
  type LockedCart,
  makeCart,
  noteOrdered,
  raiseVersion,
  readCart,
  readOrdered,
  removeLine,
  removeLines,
  setQuantity,
} from './carts.sql.js';

const NO_CART: CartView = { version: 0, items: [] };

export interface EndedCheckout {
  owner: string;
  version: number;
  orderId: string;
  /** Else it was cancelled. */
  isConfirmed: boolean;
}

/** The change would be the 101st product. Nothing was changed. */
export class CartFull extends Error {}

/**
 * The carts of accounts, by the id of the caller. Each change locks its cart, so no two changes are
 * made of the same version and none is lost. What changes nothing keeps the version. Throws
 * DatabaseAway and RowLocked.
 */
export class CartsRepository {
  constructor(private readonly database: Pick<Database, 'reading' | 'withTransaction'>) {}

  async read(userId: string): Promise<CartView> {
    const row = await this.database.reading((client) => rowOf(client, userId));
    return row ? viewOf(row) : NO_CART;
  }

  /** Of a version that is over, `ordered` has the lines of its order; see CartForCheckout. */
  readForCheckout(userId: string, version: number): Promise<CartForCheckout> {
    return this.database.reading(async (client) => {
      const row = await rowOf(client, userId);
      if (!row) return { ...NO_CART, ordered: null };
      const isOrdered = row.version !== version && row.ordered_version === version;
      if (!isOrdered || row.order_id === null) return { ...viewOf(row), ordered: null };
      const { rows } = await client.query<OrderedLine>(readOrdered(row.order_id));
      return { ...viewOf(row), ordered: rows.length > 0 ? rows : null };
    });
  }

  /** Throws CartFull. */
  setQuantity(userId: string, line: CartLine): Promise<CartView> {
    return this.change(userId, setQuantity(userId, line));
  }

  remove(userId: string, productId: string): Promise<CartView> {
    return this.change(userId, removeLine(userId, productId));
  }

  clear(userId: string): Promise<CartView> {
    return this.change(userId, removeLines(userId));
  }

  /**
   * The order of a version was confirmed or cancelled. If the cart still has this version, it gets a new
   * one: an empty one after a confirmation, with the same lines after a cancellation. What was put into
   * it meanwhile made another version, and stays. A repeat changes nothing.
   */
  endCheckout({ owner, version, orderId, isConfirmed }: EndedCheckout): Promise<void> {
    return this.database.withTransaction(async (tx) => {
      const { rows } = await tx.query<LockedCart>(lockCart(owner));
      const [cart] = rows;
      if (!cart || (cart.ordered_version ?? 0) >= version) return;
      await tx.query(noteOrdered(owner, version, orderId));
      if (cart.version !== version) return;
      if (isConfirmed) await tx.query(removeLines(owner));
      await tx.query(raiseVersion(owner));
    });
  }

  private change(userId: string, statement: Statement): Promise<CartView> {
    return this.database.withTransaction(async (tx) => {
      await tx.query(makeCart(userId));
      await tx.query(lockCart(userId));
      const { rowCount } = await tx.query(statement);
      if (rowCount !== 0) await tx.query(raiseVersion(userId));
      const cart = viewOf((await rowOf(tx, userId))!);
      if (cart.items.length > LINES_MAX) throw new CartFull();
      return cart;
    });
  }
}

async function rowOf(
  client: Pick<Transaction, 'query'>,
  userId: string,
): Promise<CartRow | undefined> {
  const { rows } = await client.query<CartRow>(readCart(userId));
  return rows[0];
}

function viewOf({ version, items }: CartRow): CartView {
  return { version, items };
}
