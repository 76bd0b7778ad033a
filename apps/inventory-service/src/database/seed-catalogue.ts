import { openSession } from '@backstitch/database';
import { currencyDigits, DEMO_SELLER_ID, roundedAmount } from '@backstitch/shared-types';
import type pg from 'pg';
import { DEMO_PRODUCTS } from './demo-products.js';
import { requirePriceRule } from './price-rule.repository.js';

export interface SeedOptions {
  url: string;
  /**
   * Seed although checkouts are under way: their reservations are released, and they will be
   * undone.
   */
  force?: boolean;
  print: (line: string) => void;
  /** In which the prices are [USD]: nominally the same in every currency. */
  currency?: string;
}

/** Checkouts are under way, and `force` was not given. Nothing was changed. */
export class SeedRefused extends Error {}

const ORDERS_SHOWN_MAX = 5;

/**
 * Brings the catalogue to the ten demo products at their demo stock, in one transaction. What past
 * orders reserved and bought stays recorded, and the ledger records the difference, so that
 * afterwards as before all that was received is available, held or sold. Repeatable. Throws
 * SeedRefused, and AnotherCurrency when the database keeps its prices in another one.
 */
export async function seedCatalogue(options: SeedOptions): Promise<void> {
  const { url, force = false, print, currency = 'USD' } = options;
  const client = await openSession(url, { name: 'seed' });
  try {
    await client.query('BEGIN');
    // Every move of stock writes a reservation first: from here on none is under way.
    await client.query('LOCK TABLE reservations IN EXCLUSIVE MODE');
    await client.query('SELECT FROM products ORDER BY id FOR UPDATE');
    if (!force) await refuseWhileReserved(client);
    await requirePriceRule(client, currency);
    print('Seeding inventory database...');
    print('Clearing existing products...');
    await endReservations(client);
    await clearProducts(client);
    print(`Inserting ${DEMO_PRODUCTS.length} products...`);
    await insertProducts(client, currencyDigits(currency));
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
  print('Seeding completed successfully!');
  print('Product IDs for testing:');
  DEMO_PRODUCTS.forEach(({ id, name }, index) => print(`${index + 1}. ${name}: ${id}`));
}

async function refuseWhileReserved(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ order_id: string }>(
    `SELECT order_id FROM reservations
      WHERE status = 'ACTIVE' AND expires_at > now() ORDER BY created_at`,
  );
  if (rows.length === 0) return;
  const shown = rows.slice(0, ORDERS_SHOWN_MAX).map((row) => row.order_id);
  const more = rows.length > shown.length ? `, and ${rows.length - shown.length} more` : '';
  throw new SeedRefused(
    `Refusing to seed: checkouts are under way, which hold stock (orders ${shown.join(', ')}${more}).
Wait until they have ended, or add --force: their reservations are then released and they are undone.`,
  );
}

async function endReservations(client: pg.Client): Promise<void> {
  await client.query("SET LOCAL backstitch.stock_move = 'HOLD'");
  await client.query(
    `WITH ended AS (
        UPDATE reservations SET updated_at = now(),
          status = CASE WHEN expires_at > now() THEN 'RELEASED' ELSE 'EXPIRED' END
        WHERE status = 'ACTIVE' RETURNING order_id
      ), held AS (
        SELECT product_id, sum(quantity) AS quantity
        FROM reservation_items JOIN ended USING (order_id) GROUP BY product_id
      )
      UPDATE products SET stock_quantity = stock_quantity + held.quantity FROM held
      WHERE id = held.product_id`,
  );
}

/** A product that past orders name cannot go; it stays, sold out. */
async function clearProducts(client: pg.Client): Promise<void> {
  await client.query("SET LOCAL backstitch.stock_move = 'SEED'");
  const ids = DEMO_PRODUCTS.map((product) => product.id);
  await client.query(
    `DELETE FROM products WHERE id <> ALL ($1::uuid[])
      AND NOT EXISTS (SELECT FROM reservation_items WHERE product_id = products.id)
      AND NOT EXISTS (
        SELECT FROM stock_ledger WHERE product_id = products.id AND kind = 'SOLD')`,
    [ids],
  );
  await client.query(
    `UPDATE products SET stock_quantity = 0, version = version + 1
      WHERE id <> ALL ($1::uuid[]) AND stock_quantity > 0`,
    [ids],
  );
}

async function insertProducts(client: pg.Client, digits: number): Promise<void> {
  for (const { id, name, description, price, stock, category } of DEMO_PRODUCTS) {
    await client.query(
      `INSERT INTO products (id, name, description, price, stock_quantity, category, seller_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description,
          price = excluded.price, stock_quantity = excluded.stock_quantity, version = 1,
          category = excluded.category, seller_id = excluded.seller_id, image_url = NULL,
          is_available = true, archived_at = NULL, details_version = 1`,
      [id, name, description, roundedAmount(price, digits), stock, category, DEMO_SELLER_ID],
    );
  }
}
