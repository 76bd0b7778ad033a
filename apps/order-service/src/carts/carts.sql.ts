import type { Statement } from '@backstitch/database';
import type { CartLine } from '@backstitch/shared-types';

/** A cart with its lines, read in one snapshot. */
export interface CartRow {
  version: number;
  ordered_version: number | null;
  order_id: string | null;
  items: CartLine[];
}

export type LockedCart = Pick<CartRow, 'version' | 'ordered_version'>;

const LINES = `coalesce((
    SELECT json_agg(json_build_object('productId', product_id, 'quantity', quantity)
      ORDER BY product_id)
    FROM cart_items WHERE cart_items.user_id = carts.user_id
  ), '[]') AS items`;

export function readCart(userId: string): Statement {
  return {
    name: 'cart.read',
    text: `SELECT version, ordered_version, order_id, ${LINES} FROM carts WHERE user_id = $1`,
    values: [userId],
  };
}

/**
 * The lines of the order that a version of this cart became. None of an order that is a day old: a
 * second click comes soon, and the orchestrator does not know old keys any more.
 */
export function readOrdered(orderId: string): Statement {
  return {
    name: 'cart.read_ordered',
    text: `SELECT product_id AS "productId", quantity, price_at_purchase::text AS price
      FROM orders JOIN order_items ON order_id = id
      WHERE id = $1 AND created_at > now() - interval '1 day' ORDER BY line`,
    values: [orderId],
  };
}

export function makeCart(userId: string): Statement {
  return {
    name: 'cart.make',
    text: 'INSERT INTO carts (user_id, version) VALUES ($1, 0) ON CONFLICT DO NOTHING',
    values: [userId],
  };
}

/** Changes of one cart wait here for each other. */
export function lockCart(userId: string): Statement {
  return {
    name: 'cart.lock',
    text: 'SELECT version, ordered_version FROM carts WHERE user_id = $1 FOR UPDATE',
    values: [userId],
  };
}

export function setQuantity(userId: string, { productId, quantity }: CartLine): Statement {
  return {
    name: 'cart.set_quantity',
    text: `INSERT INTO cart_items (user_id, product_id, quantity) VALUES ($1, $2, $3)
      ON CONFLICT (user_id, product_id) DO UPDATE SET quantity = excluded.quantity
        WHERE cart_items.quantity <> excluded.quantity`,
    values: [userId, productId, quantity],
  };
}

export function removeLine(userId: string, productId: string): Statement {
  return {
    name: 'cart.remove_line',
    text: 'DELETE FROM cart_items WHERE user_id = $1 AND product_id = $2',
    values: [userId, productId],
  };
}

export function removeLines(userId: string): Statement {
  const text = 'DELETE FROM cart_items WHERE user_id = $1';
  return { name: 'cart.remove_lines', text, values: [userId] };
}

export function raiseVersion(userId: string): Statement {
  return {
    name: 'cart.raise_version',
    text: 'UPDATE carts SET version = version + 1 WHERE user_id = $1',
    values: [userId],
  };
}

export function noteOrdered(userId: string, version: number, orderId: string): Statement {
  return {
    name: 'cart.note_ordered',
    text: 'UPDATE carts SET ordered_version = $2, order_id = $3 WHERE user_id = $1',
    values: [userId, version, orderId],
  };
}
