import { testDatabase, type TestDatabase } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { createLogger } from './logger.js';
import { AnotherCurrency, requireCurrency, untilCurrencyKnown } from './stored-currency.js';

const SETTINGS = `CREATE TABLE settings (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  currency char(3) NOT NULL)`;
const silent = createLogger({ app: 'test', level: 'silent' });

describe('the currency of a database', () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeEach(async () => {
    database = await testDatabase({ name: 'currency', migrate: async () => undefined });
    pool = new Pool({ connectionString: database.url });
  });
  afterEach(async () => {
    await pool.end();
    await database.drop();
  });
  const stored = async () => (await pool.query('SELECT currency FROM settings')).rows;

  it('is the one of its first start, and every other one is refused by both names', async () => {
    await pool.query(SETTINGS);
    await requireCurrency(pool, 'JPY');
    await requireCurrency(pool, 'JPY');
    const refused = requireCurrency(pool, 'EUR');
    await expect(refused).rejects.toBeInstanceOf(AnotherCurrency);
    await expect(refused).rejects.toThrow(
      /in JPY, and CURRENCY is EUR: set CURRENCY=JPY, or give EUR/,
    );
    expect(await stored()).toEqual([{ currency: 'JPY' }]);
  });

  it('is one of them when apps with several currencies start at once', async () => {
    await pool.query(SETTINGS);
    const currencies = ['USD', 'EUR', 'JPY', 'CHF', 'USD', 'EUR'];
    const starts = await Promise.allSettled(currencies.map((one) => requireCurrency(pool, one)));
    const [{ currency }] = (await stored()) as [{ currency: string }];
    const started = currencies.filter((_one, index) => starts[index]!.status === 'fulfilled');
    expect(started).toEqual(currencies.filter((one) => one === currency));
  });

  it('is not written down when what the database holds does not allow it', async () => {
    await pool.query(SETTINGS);
    const objects = () => Promise.reject(new AnotherCurrency('no amount in JPY'));
    await expect(requireCurrency(pool, 'JPY', objects)).rejects.toThrow('no amount in JPY');
    expect(await stored()).toEqual([]);
  });

  it('is waited for until the database has its tables', async () => {
    let tries = 0;
    const check = async () => {
      tries += 1;
      if (tries === 2) await pool.query(SETTINGS);
      await requireCurrency(pool, 'USD');
    };
    await untilCurrencyKnown(check, silent);
    expect(tries).toBe(2);
    expect(await stored()).toEqual([{ currency: 'USD' }]);
  });
});
