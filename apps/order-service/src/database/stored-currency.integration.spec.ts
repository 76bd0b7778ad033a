import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { testDatabase, type TestDatabase } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';

const folder = fileURLToPath(new URL('../../migrations', import.meta.url));

describe('the migration that writes down the currency of the orders', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeEach(async () => {
    database = await testDatabase({ name: 'orders', migrate: async () => undefined });
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await run('0000_orders');
    await run('0001_order_rows_that_change');
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  const run = async (tag: string) => client.query(await readFile(`${folder}/${tag}.sql`, 'utf8'));
  const order = (id: string, currency: string) =>
    client.query(
      `INSERT INTO orders (id, user_id, status, saga_state, total_amount, currency)
        VALUES ($1, 'user', 'PENDING', 'ORDER_CREATED', 5, $2)`,
      [id, currency],
    );

  it('takes that of the newest order', async () => {
    await order('01930000-0000-7000-8000-000000000002', 'EUR');
    await order('01920000-0000-7000-8000-000000000001', 'USD');
    await run('0002_stored_currency');
    expect((await client.query('SELECT currency FROM settings')).rows).toEqual([
      { currency: 'EUR' },
    ]);
  });

  it('leaves it to the first start where there is no order', async () => {
    await run('0002_stored_currency');
    expect((await client.query('SELECT currency FROM settings')).rows).toEqual([]);
  });
});
