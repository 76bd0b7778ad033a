import type { Database, Statement } from '@backstitch/database';
import { createLogger, openDatabase } from '@backstitch/service-kit';
import {
  COMMAND_QUEUES,
  COMMANDS,
  deadLetterQueueOf,
  type ProductView,
} from '@backstitch/shared-types';
import { serveCommands } from '@backstitch/service-kit/participant';
import { servedQueue, type ServedQueue } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppModule } from '../app.module.js';
import { stockFixture, type StockFixture } from '../testing/stock-fixture.js';
import { CatalogueRepository } from './catalogue.repository.js';

const PRODUCTS = 60_000;
/** Few names, so that pages end between products of one name; some longer than an index takes. */
const FILL = `
INSERT INTO products (name, stock_quantity, price, category, description)
SELECT CASE WHEN n % 1000 = 0 THEN repeat(md5(n::text), 400) ELSE 'Thing ' || n % 7000 END, 1, 1,
  'Category ' || n % 50, CASE WHEN n % 6000 = 1 THEN 'A rare, DIMMABLE lamp: 12"' ELSE 'Usual' END
FROM generate_series(1, $1) AS n`;
const IDS_IN_ORDER = 'SELECT id FROM products ORDER BY left(name, 100), id';

let stock: StockFixture;
let database: Database;
beforeAll(async () => {
  stock = await stockFixture();
  const logger = createLogger({ app: 'test', level: 'silent' });
  database = openDatabase({ url: stock.url, name: 'catalogue', logger, poolMax: 2 });
  await stock.query(FILL, [PRODUCTS]);
  await stock.query('ANALYZE products');
});
afterAll(async () => {
  await database.close();
  await stock.close();
});

const idsInOrder = async () =>
  (await stock.query<{ id: string }>(IDS_IN_ORDER)).map(({ id }) => id);

describe('a catalogue of 60,000 products', () => {
  const asked: Statement[] = [];
  let catalogue: CatalogueRepository;
  beforeAll(() => {
    const recording = {
      query: async <Row extends object>(statement: Statement) => {
        asked.push(statement);
        return database.query<Row & Record<string, unknown>>(statement);
      },
    } as Pick<Database, 'query'>;
    catalogue = new CatalogueRepository(recording, 'USD', 2);
  });

  it('is read page by page, each product once, in the order of the names', async () => {
    const read: string[] = [];
    let after: { name: string; id: string } | undefined;
    for (;;) {
      const page = await catalogue.list({ limit: 100, after });
      if (page.length === 0) break;
      expect(page.length).toBeLessThanOrEqual(100);
      read.push(...page.map(({ id }) => id));
      after = page.at(-1);
    }
    expect(read).toEqual(await idsInOrder());
  });

  it('goes on behind a product that was removed meanwhile', async () => {
    const [first, second] = await catalogue.list({ limit: 2, after: undefined });
    await stock.query('DELETE FROM products WHERE id = $1', [first!.id]);
    const [next] = await catalogue.list({ limit: 1, after: first });
    expect(next).toEqual(second);
  });

  it('is not scanned for a page, the first or one in the middle', async () => {
    asked.length = 0;
    await catalogue.list({ limit: 100, after: undefined });
    const id = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
    await catalogue.list({ limit: 100, after: { name: 'Thing 5', id } });
    for (const statement of asked) {
      const nodes = await planOf(statement);
      expect(nodes.map((node) => node['Node Type'])).toEqual(['Limit', 'Index Scan']);
      expect(nodes.map((node) => node['Actual Rows'])).toEqual([100, 100]);
      expect(nodes.at(-1)?.['Rows Removed by Filter'] ?? 0).toBe(0);
    }
  });

  it('is not scanned for a page of a category, or of what is offered', async () => {
    asked.length = 0;
    const after = { name: 'Thing 5', id: '660facf7-b9cf-417a-8ee1-27afe2fb2c72' };
    await catalogue.list({ limit: 100, after: undefined, category: 'Category 7' });
    await catalogue.list({ limit: 100, after, category: 'Category 7', onlyOffered: true });
    await catalogue.list({ limit: 100, after, onlyOffered: true });
    expect(asked).toHaveLength(3);
    for (const statement of asked) {
      const nodes = await planOf(statement);
      expect(nodes.map((node) => node['Node Type'])).toEqual(['Limit', 'Index Scan']);
      expect(nodes.at(-1)?.['Rows Removed by Filter'] ?? 0).toBe(0);
    }
  });

  it('finds the products with all words of a text, by the beginnings of the words', async () => {
    const found = async (...words: string[]) =>
      (await catalogue.list({ limit: 100, after: undefined, words })).length;
    expect(await found('rare', 'dim', '12')).toBe(10);
    expect(await found('RARE', 'lam')).toBe(10);
    expect(await found('rare', 'mouse')).toBe(0);
    expect(await found('immable')).toBe(0);
  });

  it('is not scanned for the words of a text', async () => {
    asked.length = 0;
    await catalogue.list({ limit: 100, after: undefined, words: ['rare'] });
    const scans = (await planOf(asked[0]!)).filter(({ 'Node Type': type }) => /Scan/.test(type));
    const types = scans.map((node) => node['Node Type']);
    expect(types).toEqual(['Bitmap Heap Scan', 'Bitmap Index Scan', 'CTE Scan']);
  });

  it('has the products of a list of ids, and is not scanned for them', async () => {
    asked.length = 0;
    const known = (await idsInOrder()).slice(40_000, 40_100);
    const ids = [...known.slice(1), '660facf7-0000-0000-0000-27afe2fb2c72'];
    const listed = await catalogue.list({ limit: 101, after: undefined, ids });
    expect(listed.map(({ id }) => id)).toEqual(known.slice(1));
    const scans = (await planOf(asked[0]!)).filter(({ 'Node Type': type }) => /Scan/.test(type));
    expect(scans.map((node) => node['Node Type'])).not.toContain('Seq Scan');
    expect(scans.filter((node) => node['Actual Rows'] > 100)).toEqual([]);
  });

  it('has neither archived products nor, where that is asked, those that are not offered', async () => {
    const category = 'Only here';
    const insert = `INSERT INTO products (name, stock_quantity, price, category, is_available, archived_at)
      VALUES ('archived', 1, 1, $1, true, now()), ('off', 1, 1, $1, false, NULL),
        ('offered', 0, 1, $1, true, NULL)`;
    await stock.query(insert, [category]);
    const names = async (onlyOffered: boolean) => {
      const page = { limit: 100, after: undefined, category, onlyOffered };
      return (await catalogue.list(page)).map(({ name }) => name);
    };
    expect(await names(false)).toEqual(['off', 'offered']);
    expect(await names(true)).toEqual(['offered']);
    await stock.query('DELETE FROM products WHERE category = $1', [category]);
  });

  it('is read once for all who ask for the same page at the same time', async () => {
    asked.length = 0;
    const page = {
      limit: 3,
      after: { name: 'Thing 5', id: '660facf7-b9cf-417a-8ee1-27afe2fb2c72' },
    };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => catalogue.list({ ...page })),
    );
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });
});

describe('inventory.list, through the queue', () => {
  let queue: ServedQueue;
  beforeAll(async () => {
    const logger = createLogger({ app: 'test', level: 'silent' });
    const [returns] = stock.returns as [(typeof stock.returns)[number]];
    const terms = { currency: 'USD', ttlSeconds: 1800, logger };
    const parts = { database, stock: stock.repository, returns, ...terms };
    const name = COMMAND_QUEUES.inventory;
    const module = AppModule.of(parts);
    queue = await servedQueue(name, (brokerUrl) =>
      serveCommands({ brokerUrl, queue: name, module, database }),
    );
  });
  afterAll(() => queue.close());
  const list = async (data: unknown) =>
    (await queue.ask(COMMANDS.inventoryList, data)) as ProductView[];

  it.each([null, {}, [], 'all'])(
    'answers a caller who names no page (%j) with a hundred',
    async (data) => {
      const products = await list(data);
      expect(products.map(({ id }) => id)).toEqual((await idsInOrder()).slice(0, 100));
    },
  );

  it('answers a page and one product more', async () => {
    const ids = await idsInOrder();
    const first = await list({ limit: 101 });
    expect(first.map(({ id }) => id)).toEqual(ids.slice(0, 101));
    const { name, id } = first[99]!;
    const second = await list({ limit: 2, afterName: name.slice(0, 100), afterId: id });
    expect(second.map((product) => product.id)).toEqual(ids.slice(100, 102));
  });

  it('takes no more than that, and a page that is none is dead-lettered and answered so', async () => {
    for (const data of [{ limit: 102 }, { limit: 2, afterName: 'x' }]) {
      const answer = await queue.ask(COMMANDS.inventoryList, data);
      expect(answer).toMatchObject({ code: 'MALFORMED_COMMAND', retryable: false });
      await queue.vhost.take(deadLetterQueueOf(COMMAND_QUEUES.inventory));
    }
  });
});

interface Plan {
  'Node Type': string;
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

async function planOf({ text, values }: Statement): Promise<Plan[]> {
  const { rows } = await database.pool.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
    values,
  );
  return nodesOf(rows[0]!['QUERY PLAN'][0].Plan);
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}
