import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AnotherCurrency } from '@backstitch/service-kit';
import { testDatabase, type TestDatabase } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { CatalogueRepository } from '../catalogue/catalogue.repository.js';
import {
  newOrder,
  releaseOf,
  reserveOf,
  stockFixture,
  verdict,
  type StockFixture,
} from '../testing/stock-fixture.js';
import { requirePriceRule } from './price-rule.repository.js';
import { seedCatalogue } from './seed-catalogue.js';

const storeOf = (stock: StockFixture) => ({
  query: async (text: string, values?: unknown[]) => ({ rows: await stock.query(text, values) }),
});

const UNSELLABLE = { code: '23514', constraint: 'products_price_rule' };

const ALL = { limit: 100, after: undefined };

describe('the products table', () => {
  let stock: StockFixture;
  beforeAll(async () => {
    stock = await stockFixture();
  });
  afterAll(() => stock.close());

  const insert = (price: string) => stock.product(1, price);
  const reprice = (id: string, price: string) =>
    stock.query('UPDATE products SET price = $2, version = version + 1 WHERE id = $1', [id, price]);

  it('refuses a price of nothing, a negative one and none that is a number, before any start', async () => {
    for (const price of ['0', '0.00', '0.004', '-1', 'NaN']) {
      await expect(insert(price)).rejects.toMatchObject({ code: '23514' });
    }
    const id = await insert('29.99');
    await expect(reprice(id, '0.00')).rejects.toMatchObject(UNSELLABLE);
  });

  it('takes from the first start on the prices of its currency only', async () => {
    await requirePriceRule(storeOf(stock), 'USD');
    const id = await insert('9999999.99');
    await insert('0.01');
    await expect(insert('10000000')).rejects.toMatchObject(UNSELLABLE);
    await expect(reprice(id, '10000000')).rejects.toThrow(/cannot be sold at 10000000/);
    await expect(requirePriceRule(storeOf(stock), 'JPY')).rejects.toBeInstanceOf(AnotherCurrency);
  });

  it('lets the type of its price be changed', async () => {
    await stock.query('ALTER TABLE products ALTER price TYPE numeric(18,2)');
    await expect(insert('0')).rejects.toMatchObject({ code: '23514' });
    await stock.query('ALTER TABLE products ALTER price TYPE numeric(14,2)');
  });
});

describe('a catalogue in a currency without minor digits', () => {
  let stock: StockFixture;
  beforeAll(async () => {
    stock = await stockFixture();
    await seedCatalogue({ url: stock.url, print: () => undefined, currency: 'JPY' });
  });
  afterAll(() => stock.close());

  it('has whole prices, nominally the same', async () => {
    const list = await new CatalogueRepository(
      { query: ({ text, values }) => stock.query(text, values) },
      'JPY',
      0,
    ).list(ALL);
    const prices = Object.fromEntries(list.map(({ name, price }) => [name, price]));
    expect(prices).toMatchObject({ 'Wireless Mouse': '30', 'Laptop - Dell XPS 15': '1300' });
    expect(Object.values(prices).filter((price) => !/^\d+$/.test(price))).toEqual([]);
  });

  it('takes no price with decimals', async () => {
    await expect(stock.product(1, '29.99')).rejects.toMatchObject(UNSELLABLE);
    await expect(stock.product(1, '0.50')).rejects.toMatchObject(UNSELLABLE);
    await expect(stock.product(1, '10000000')).rejects.toMatchObject(UNSELLABLE);
    await stock.product(1, '9999999');
  });

  it('is not seeded in another currency, and stays as it is', async () => {
    const before = await stock.query('SELECT * FROM products ORDER BY id');
    const seeding = seedCatalogue({ url: stock.url, print: () => undefined, currency: 'EUR' });
    await expect(seeding).rejects.toThrow(/in JPY, and CURRENCY is EUR: set CURRENCY=JPY/);
    expect(await stock.query('SELECT * FROM products ORDER BY id')).toEqual(before);
  });
});

/** What the table took before there was a rule: its trigger does not see it. */
async function plant(stock: StockFixture, price: string): Promise<string> {
  await stock.query('ALTER TABLE products DISABLE TRIGGER refuse_unsellable_price');
  const id = await stock.product(5, price);
  await stock.query('ALTER TABLE products ENABLE TRIGGER refuse_unsellable_price');
  return id;
}

describe('a product from before the rule', () => {
  let stock: StockFixture;
  beforeAll(async () => {
    stock = await stockFixture();
  });
  afterAll(() => stock.close());

  it('that costs nothing is neither listed nor sold until it has a price, and its stock moves on', async () => {
    const free = await plant(stock, '0');
    const orderId = newOrder();
    await stock.query(`INSERT INTO reservations (order_id, status, expires_at)
      VALUES ('${orderId}', 'ACTIVE', now() + interval '1 hour')`);
    await stock.query(`INSERT INTO reservation_items (order_id, product_id, quantity, unit_price)
      VALUES ('${orderId}', '${free}', 2, 0)`);
    await requirePriceRule(storeOf(stock), 'USD');
    expect(verdict(await stock.repository.submit(releaseOf(orderId)))).toBe('yes');
    await stock.query('UPDATE products SET stock_quantity = 9 WHERE id = $1', [free]);
    const catalogue = new CatalogueRepository(
      { query: ({ text, values }) => stock.query(text, values) },
      'USD',
      2,
    );
    expect((await catalogue.list(ALL)).map(({ id }) => id)).not.toContain(free);
    const demand = [{ productId: free, quantity: 1 }];
    const reserve = () => stock.repository.submit(reserveOf(newOrder(), demand));
    expect(verdict(await reserve())).toBe('PRODUCT_NOT_FOUND');
    await stock.query('UPDATE products SET price = 5 WHERE id = $1', [free]);
    expect((await catalogue.list(ALL)).map(({ id }) => id)).toContain(free);
    expect(verdict(await reserve())).toBe('yes');
  });

  it('with decimals keeps a currency that has none from being written down', async () => {
    const other = await stockFixture();
    await plant(other, '29.99');
    await expect(requirePriceRule(storeOf(other), 'JPY')).rejects.toThrow(
      /costs 29\.99, which is not an amount in JPY/,
    );
    expect(await other.query('SELECT * FROM settings')).toEqual([]);
    await requirePriceRule(storeOf(other), 'EUR');
    expect(await other.query('SELECT currency FROM settings')).toEqual([{ currency: 'EUR' }]);
    await other.close();
  });
});

describe('the migration to prices that can be sold', () => {
  const folder = fileURLToPath(new URL('../../migrations', import.meta.url));
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await testDatabase({ name: 'inventory', migrate: async () => undefined });
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it('keeps the rows that the table had, also those that it takes no more', async () => {
    const run = async (tag: string) => client.query(await readFile(`${folder}/${tag}.sql`, 'utf8'));
    await run('0000_holds_and_stock');
    await run('0001_stock_ledger_triggers');
    await run('0002_sold_and_archived');
    await client.query(`INSERT INTO products (name, stock_quantity, price)
      VALUES ('free', 1, 0), ('good', 1, 29.99)`);
    await run('0003_what_can_be_sold');
    const { rows } = await client.query('SELECT name, price FROM products ORDER BY name');
    expect(rows).toEqual([
      { name: 'free', price: '0.00' },
      { name: 'good', price: '29.99' },
    ]);
    await client.query(`UPDATE products SET stock_quantity = 2 WHERE name = 'free'`);
    await expect(client.query('UPDATE products SET price = 0')).rejects.toMatchObject(UNSELLABLE);
  });
});
