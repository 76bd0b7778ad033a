import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { runMigrations, type Database } from '@backstitch/database';
import { createLogger, openDatabase } from '@backstitch/service-kit';
import pg from 'pg';
import { fileURLToPath } from 'node:url';
import { CatalogueRepository } from '../catalogue/catalogue.repository.js';
import { seedCatalogue } from '../database/seed-catalogue.js';
import {
  commitOf,
  newOrder,
  releaseOf,
  reserveOf,
  stockFixture,
  TERMS,
  verdict,
  type StockFixture,
} from '../testing/stock-fixture.js';
import { StockRepository } from './stock.repository.js';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
const STRANGE = {
  datestyle: 'German',
  timezone: 'Pacific/Apia',
  intervalstyle: 'iso_8601',
  extra_float_digits: '-15',
  standard_conforming_strings: 'off',
  array_nulls: 'off',
  search_path: 'elsewhere',
  default_transaction_isolation: 'serializable',
  lock_timeout: '1',
  row_security: 'off',
};

let stock: StockFixture;
let database: Database;
const logger = createLogger({ app: 'test', level: 'silent' });

beforeAll(async () => {
  stock = await stockFixture();
  const name = pg.escapeIdentifier(new URL(stock.url).pathname.slice(1));
  for (const [setting, value] of Object.entries(STRANGE)) {
    await stock.query(`ALTER DATABASE ${name} SET ${setting} = '${value}'`);
  }
  database = openDatabase({ url: stock.url, name: 'strange', logger, keyLookups: true });
});

afterAll(async () => {
  await database.close();
  await stock.close();
});

it('a database with strange settings is migrated, seeded, read and sold from as any other', async () => {
  const silent = { print: () => undefined };
  await runMigrations({ url: stock.url, folder: MIGRATIONS, ...silent });
  await seedCatalogue({ url: stock.url, ...silent });
  const [product] = await new CatalogueRepository(database, 'USD', 2).list({
    limit: 100,
    after: undefined,
  });
  const repository = new StockRepository(database, TERMS);
  const lines = [{ productId: product!.id, quantity: 1 }];
  const [sold, undone, late] = [newOrder(), newOrder(), newOrder()];
  const held = await repository.submit(reserveOf(sold, lines));
  expect(JSON.stringify(held)).toMatch(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/);
  expect(verdict(await repository.submit(commitOf(sold)))).toBe('yes');
  expect(verdict(await repository.submit(reserveOf(undone, lines)))).toBe('yes');
  expect(verdict(await repository.submit(releaseOf(undone)))).toBe('yes');
  expect(verdict(await repository.submit(reserveOf(late, lines, { holdSeconds: -1 })))).toBe('yes');
  expect((await repository.expireOverdue(10)).map(({ orderId }) => orderId)).toEqual([late]);
  const [left] = await new CatalogueRepository(database, 'USD', 2).list({
    limit: 100,
    after: undefined,
  });
  expect(left!.available).toBe(product!.available - 1);
});
