// The participants' work, the same for every engine: one round trip each against a database of its own,
// idempotent by order id. Nothing in here waits for a broker: the engine calls it in its own process.
import pg from 'pg';

const pool = (name) =>
  new pg.Pool({ connectionString: `${process.env.PG_BASE}/${process.env.DB_PREFIX}${name}`, max: 16 });
const orders = pool('orders');
const inventory = pool('inventory');
const payments = pool('payments');

/** A named statement is prepared once for each connection. */
const run = (on, name, text, values) => on.query({ name, text, values });
const column = (items, name) => items.map((item) => item[name]);

/** A business no: undone, never retried. */
export class Refused extends Error {}

export const createOrder = async (orderId, userId, items) => {
  const cents = items.reduce((sum, { price, quantity }) => sum + Math.round(price * 100) * quantity, 0);
  const total = cents / 100;
  await run(
    orders,
    'create',
    `WITH made AS (
       INSERT INTO orders (id, user_id, total_amount, status) VALUES ($1, $2, $3, 'PENDING')
       ON CONFLICT DO NOTHING RETURNING id)
     INSERT INTO order_items (order_id, product_id, quantity, price_at_purchase)
     SELECT made.id, line.* FROM made, unnest($4::uuid[], $5::int[], $6::numeric[]) line`,
    [orderId, userId, total, ...['productId', 'quantity', 'price'].map((name) => column(items, name))],
  );
  return total;
};

export const reserve = async (orderId, items) => {
  const client = await inventory.connect();
  try {
    await client.query('BEGIN');
    const fresh = await run(
      client,
      'hold',
      `INSERT INTO reservations (order_id, product_id, quantity)
       SELECT $1, line.* FROM unnest($2::uuid[], $3::int[]) line ON CONFLICT DO NOTHING RETURNING 1`,
      [orderId, column(items, 'productId'), column(items, 'quantity')],
    );
    if (fresh.rowCount > 0) await take(client, items);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
  return 'ok';
};

/** Locks the products in the order of their ids: two orders of the same products never wait in a circle. */
const take = async (client, items) => {
  const taken = await run(
    client,
    'take',
    `WITH locked AS (SELECT id FROM products WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE)
     UPDATE products SET stock_quantity = stock_quantity - line.quantity, version = version + 1
     FROM unnest($1::uuid[], $2::int[]) line (id, quantity), locked
     WHERE locked.id = line.id AND products.id = line.id AND products.stock_quantity >= line.quantity`,
    [column(items, 'productId'), column(items, 'quantity')],
  );
  if (taken.rowCount !== items.length) throw new Refused('Insufficient stock');
};

export const release = async (orderId) => {
  await inventory.query(
    `WITH freed AS (DELETE FROM reservations WHERE order_id = $1 RETURNING *)
     UPDATE products SET stock_quantity = stock_quantity + freed.quantity
     FROM freed WHERE products.id = freed.product_id`,
    [orderId],
  );
  return 'ok';
};

export const pay = async (orderId, amount) => {
  await run(
    payments,
    'pay',
    `INSERT INTO payments (order_id, amount, status) VALUES ($1, $2, 'SUCCESS') ON CONFLICT DO NOTHING`,
    [orderId, amount],
  );
  return 'ok';
};

export const refund = async (orderId) => {
  await payments.query(`UPDATE payments SET status = 'REFUNDED' WHERE order_id = $1`, [orderId]);
  return 'ok';
};

const settle = (status) => async (orderId) => {
  const sql = `UPDATE orders SET status = '${status}', updated_at = now() WHERE id = $1`;
  await run(orders, status, sql, [orderId]);
  return 'ok';
};
export const confirm = settle('CONFIRMED');
export const cancel = settle('CANCELLED');
