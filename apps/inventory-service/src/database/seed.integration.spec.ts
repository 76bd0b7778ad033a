import { DEMO_SELLER_ID } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  commitOf,
  newOrder,
  releaseOf,
  reserveOf,
  stockFixture,
  verdict,
  type StockFixture,
} from '../testing/stock-fixture.js';
import { DEMO_PRODUCTS } from './demo-products.js';
import { seedCatalogue, SeedRefused } from './seed-catalogue.js';

const MOUSE = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const LIMITED = 'dda60f33-8dfd-4da2-96c8-1a029d72725a';

let stock: StockFixture;

beforeAll(async () => {
  stock = await stockFixture();
});

afterAll(async () => {
  expect(await stock.breaches()).toEqual([]);
  await stock.close();
});

async function seed(force = false): Promise<string[]> {
  const lines: string[] = [];
  await seedCatalogue({ url: stock.url, force, print: (line) => lines.push(line) });
  return lines;
}

const catalogue = () =>
  stock.query('SELECT id, name, price, stock_quantity, version FROM products ORDER BY name');
const mouse = (quantity: number) => [{ productId: MOUSE, quantity }];

describe('db:seed', () => {
  it('says what it does and prints the ten ids', async () => {
    const lines = await seed();
    expect(lines.slice(0, 5)).toEqual([
      'Seeding inventory database...',
      'Clearing existing products...',
      'Inserting 10 products...',
      'Seeding completed successfully!',
      'Product IDs for testing:',
    ]);
    expect(lines.slice(5)).toHaveLength(10);
    expect(lines[6]).toBe(`2. Wireless Mouse: ${MOUSE}`);
    expect(lines[14]).toBe(`10. Limited Stock Item: ${LIMITED}`);
  });

  it('comes to the same catalogue however often it is run and whatever was sold', async () => {
    await seed();
    const before = await catalogue();
    const orderId = newOrder();
    await stock.repository.submit(reserveOf(orderId, mouse(3)));
    await stock.repository.submit(commitOf(orderId));
    await stock.query('UPDATE products SET price = 1 WHERE id = $1', [LIMITED]);
    await seed();
    expect(await catalogue()).toEqual(before);
    expect(before).toHaveLength(DEMO_PRODUCTS.length);
    // The sale stays on record: what was sold was received.
    expect(await stock.reservation(orderId)).toMatchObject({ status: 'CONSUMED' });
    expect(await stock.breaches()).toEqual([]);
  });

  it('gives every product a category and the demo seller, and offers it again', async () => {
    await seed();
    await stock.query('UPDATE products SET archived_at = now(), is_available = false');
    await seed();
    const rows = await stock.query(
      `SELECT count(DISTINCT category)::int AS categories, count(category)::int AS filed,
        array_agg(DISTINCT seller_id) AS sellers,
        bool_and(is_available AND archived_at IS NULL) AS offered FROM products`,
    );
    const sellers = [DEMO_SELLER_ID];
    expect(rows).toEqual([{ categories: 7, filed: 10, sellers, offered: true }]);
  });

  it('refuses while checkouts hold stock, in words, and changes nothing', async () => {
    await seed();
    const orderId = newOrder();
    await stock.repository.submit(reserveOf(orderId, mouse(2)));
    await expect(seed()).rejects.toThrow(SeedRefused);
    await expect(seed()).rejects.toThrow(`orders ${orderId}`);
    expect((await stock.productRow(MOUSE)).stock_quantity).toBe(198);
  });

  it('when forced, releases those reservations: their checkouts cannot be committed', async () => {
    const orderId = newOrder();
    await stock.repository.submit(reserveOf(orderId, mouse(2)));
    await seed(true);
    expect((await stock.productRow(MOUSE)).stock_quantity).toBe(200);
    expect(verdict(await stock.repository.submit(commitOf(orderId)))).toBe('RESERVATION_RELEASED');
    expect(await stock.breaches()).toEqual([]);
  });

  it('is not kept from its work by reservations that have run out', async () => {
    await seed();
    const orderId = newOrder();
    await stock.repository.submit(reserveOf(orderId, mouse(2)));
    await stock.overdue(orderId);
    await seed();
    expect(await stock.reservation(orderId)).toMatchObject({ status: 'EXPIRED' });
    expect((await stock.productRow(MOUSE)).stock_quantity).toBe(200);
  });

  it('removes other products, and keeps one that past orders name, sold out', async () => {
    const [unsold, sold] = [await stock.product(3), await stock.product(3)];
    const orderId = newOrder();
    await stock.repository.submit(reserveOf(orderId, [{ productId: sold, quantity: 1 }]));
    await stock.repository.submit(commitOf(orderId));
    await seed();
    expect(await stock.productRow(unsold)).toBeUndefined();
    expect(await stock.productRow(sold)).toMatchObject({ stock_quantity: 0 });
    expect(await stock.breaches()).toEqual([]);
  });

  it('while orders are taken and undone disturbs none of them, and succeeds', async () => {
    let seeding = true;
    const shopper = async (): Promise<string[]> => {
      const verdicts: string[] = [];
      while (seeding) {
        const orderId = newOrder();
        for (const command of [reserveOf(orderId, mouse(1)), releaseOf(orderId)]) {
          verdicts.push(verdict(await stock.repository.submit(command)));
        }
      }
      return verdicts;
    };
    const shopping = Array.from({ length: 40 }, shopper);
    for (let times = 0; times < 10; times += 1) await seed(true);
    seeding = false;
    expect(new Set((await Promise.all(shopping)).flat())).toEqual(new Set(['yes']));
    await seed(true);
    expect((await stock.productRow(MOUSE)).stock_quantity).toBe(200);
    expect(await stock.breaches()).toEqual([]);
    expect(await stock.deadlocks()).toBe(0);
  });
});
