import { type Caller, openCaller, userId } from '@backstitch/auth';
import type { Database, Statement } from '@backstitch/database';
import { newUuid, type OrderListQuery, type OrderListView } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OrdersRepository } from '../orders/orders.repository.js';
import { cartsApp, type CartsApp, customer } from '../testing/carts-app.js';
import { pageOf, scopeOf } from './order-list.js';
import { OrderListRepository } from './order-list.repository.js';
import { type ListedRow, SCAN_MAX } from './order-list.sql.js';

let app: CartsApp;
let database: Database;
let orders: OrdersRepository;

const ANN = customer('ann');
const BOB = customer('bob', ['seller']);
const OPERATOR = customer('op', ['operator']);
const COUNT = 10_000;
const DAY_MS = 86_400_000;
const BEGIN_MS = Date.parse('2026-01-01T00:00:00Z');

/** The id of the nth order, one a minute. */
function idOf(nth: number): string {
  const hex = (BEGIN_MS + nth * 60_000).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${String(nth).padStart(12, '0')}`;
}

const STAGES = ['PLACED', 'CONFIRMED', 'PREPARING', 'FULFILLED', 'CANCELLED'] as const;
const STATUS = { PLACED: 'PENDING', CANCELLED: 'CANCELLED' } as const;

interface Made {
  id: string;
  buyer: 'ann' | 'eve' | 'rare';
  stage: (typeof STAGES)[number];
  isSold: boolean;
}
const made: Made[] = Array.from({ length: COUNT }, (_, nth) => ({
  id: idOf(nth),
  buyer: nth % 5000 === 17 ? 'rare' : nth % 3 === 0 ? 'ann' : 'eve',
  stage: STAGES[nth % STAGES.length]!,
  isSold: nth % 4 === 0,
}));

beforeAll(async () => {
  app = await cartsApp();
  database = app.server.open();
  orders = new OrdersRepository(database, 'USD');
  const statusOf = ({ stage }: Made) => STATUS[stage as keyof typeof STATUS] ?? 'CONFIRMED';
  await database.pool.query(
    `INSERT INTO orders (id, user_id, caller, status, saga_state, stage, kind, seller_id,
        total_amount, currency)
      SELECT id, buyer, $5 || buyer, status,
        CASE status WHEN 'PENDING' THEN 'ORDER_CREATED' WHEN 'CONFIRMED' THEN 'ORDER_CONFIRMED'
          ELSE 'COMPENSATED' END,
        stage, CASE WHEN sold THEN 'MARKETPLACE' END, CASE WHEN sold THEN $6 END, '5.00', 'USD'
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $7::bool[])
        AS made (id, buyer, status, stage, sold)`,
    [
      made.map(({ id }) => id),
      made.map(({ buyer }) => buyer),
      made.map(statusOf),
      made.map(({ stage }) => stage),
      ANN.id.slice(0, -'ann'.length),
      BOB.id,
      made.map(({ isSold }) => isSold),
    ],
  );
  await database.pool.query('ANALYZE orders');
});
afterAll(() => app.close());

async function page(caller: Caller, query: Record<string, string>): Promise<OrderListView> {
  const path = `/orders?${new URLSearchParams(query).toString()}`;
  const { status, body } = await app.send('GET', path, { caller });
  expect([path, status, body.code]).toEqual([path, 200, undefined]);
  return body as unknown as OrderListView;
}

/** All pages, one after another; `between` happens after each. */
async function all(
  caller: Caller,
  query: Record<string, string>,
  between: () => Promise<unknown> = () => Promise.resolve(),
) {
  const ids: string[] = [];
  let pages = 0;
  for (let cursor: string | null = ''; cursor !== null; pages += 1) {
    const asked: Record<string, string> = { ...query, ...(cursor && { cursor }) };
    const { orders: listed, next } = await page(caller, asked);
    ids.push(...listed.map(({ id }) => id));
    cursor = next;
    await between();
  }
  return { ids, pages };
}

const expected = (matches: (each: Made, nth: number) => boolean) =>
  made
    .filter(matches)
    .map(({ id }) => id)
    .reverse();

describe('the list of orders', () => {
  // O30
  it.each<[string, Record<string, string>, Caller, (each: Made, nth: number) => boolean]>([
    ['of their buyer', {}, ANN, ({ buyer }) => buyer === 'ann'],
    ['of their buyer, by name', { userId: 'me' }, ANN, ({ buyer }) => buyer === 'ann'],
    [
      'of a status',
      { status: 'CONFIRMED', userId: 'ann' },
      ANN,
      ({ buyer, stage }) => buyer === 'ann' && !(stage in STATUS),
    ],
    ['in a stage', { stage: 'PREPARING' }, OPERATOR, ({ stage }) => stage === 'PREPARING'],
    ['of their seller', { sellerId: 'me' }, BOB, ({ isSold }) => isSold],
    [
      'of a seller and a buyer',
      { sellerId: BOB.id, userId: 'eve' },
      OPERATOR,
      ({ isSold, buyer }) => isSold && buyer === 'eve',
    ],
    [
      'of some days',
      {
        from: new Date(BEGIN_MS + DAY_MS).toISOString(),
        to: new Date(BEGIN_MS + 2 * DAY_MS).toISOString(),
      },
      OPERATOR,
      (_each, nth) => nth >= 1_440 && nth < 2_880,
    ],
    ['of a rare buyer', { userId: 'rare' }, OPERATOR, ({ buyer }) => buyer === 'rare'],
    [
      'fulfilled, as a marketplace names it',
      { view: 'marketplace', status: 'FULFILLED', sellerId: 'me' },
      BOB,
      ({ isSold, stage }) => isSold && stage === 'FULFILLED',
    ],
  ])('has exactly the orders %s, newest first', async (_what, query, caller, matches) => {
    const { ids } = await all(caller, query);
    expect(ids).toEqual(expected(matches));
  });

  // O30
  it('neither repeats nor misses an order while others arrive', async () => {
    const arrive = async () => {
      const id = newUuid();
      const order = { userId: 'eve', totalAmount: '1.00', currency: 'USD', items: [] };
      await orders.write({ change: 'create', orderId: id, caller: 'o:eve', order });
    };
    const { ids, pages } = await all(OPERATOR, { limit: '97' }, arrive);
    expect(pages).toBeGreaterThan(100);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => id < idOf(COUNT))).toEqual(expected(() => true));
  });

  it('reads a bounded part of the table for a page, which may be short', async () => {
    const rare = { sellerId: BOB.id, stage: 'AWAITING_PAYMENT' };
    const { ids, pages } = await all(OPERATOR, rare);
    expect(ids).toEqual([]);
    expect(pages).toBe(Math.ceil((COUNT / 4 + 1) / SCAN_MAX));
  });

  it('reads at most 200 rows for a page of a list without filters', async () => {
    const scanned: number[] = [];
    const counting = {
      query: async <Row extends object>(statement: Statement) => {
        const rows = await database.query<Row>(statement);
        scanned.push((rows[0] as unknown as ListedRow).scanned);
        return rows;
      },
    };
    const query: OrderListQuery = { limit: 100 };
    const scope = scopeOf(query, OPERATOR, 'all')!;
    const { orders: listed } = await new OrderListRepository(counting).list(pageOf(query, scope)!);
    expect(listed).toHaveLength(100);
    expect(scanned).toHaveLength(1);
    expect(scanned[0]).toBeLessThanOrEqual(200);
  });

  it('tells of an order what is needed to show it in a list', async () => {
    const { orders: listed } = await page(BOB, { sellerId: 'me', limit: '1', view: 'marketplace' });
    expect(listed).toEqual([
      {
        id: expect.any(String),
        userId: expect.any(String),
        kind: 'MARKETPLACE',
        sellerId: BOB.id,
        status: 'PAID',
        stage: 'CONFIRMED',
        totalAmount: '5.00',
        currency: 'USD',
        sagaId: null,
        version: 1,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/),
        updatedAt: expect.stringMatching(/Z$/),
      },
    ]);
  });

  // R123
  it.each([
    [ANN, '?userId=eve', 403, 'ACCESS_DENIED'],
    [ANN, `?sellerId=${encodeURIComponent(BOB.id)}`, 403, 'ACCESS_DENIED'],
    [openCaller('ann'), '', 401, 'TOKEN_REQUIRED'],
    [openCaller('ann'), '?userId=ann', 401, 'TOKEN_REQUIRED'],
    [ANN, '?status=PAID', 400, 'VALIDATION_FAILED'],
    [ANN, '?limit=0', 400, 'VALIDATION_FAILED'],
    [ANN, '?cursor=abc', 400, 'CURSOR_INVALID'],
  ] as const)('refuses %j with %s: %d %s', async (caller, query, status, code) => {
    expect(await app.send('GET', `/orders${query}`, { caller })).toMatchObject({
      status,
      body: { code },
    });
  });

  // R123
  it('of a user has none of another caller with the same userId', async () => {
    const issuer = 'https://other.example';
    const namesake: Caller = { ...ANN, issuer, id: userId(issuer, 'ann') };
    expect((await page(namesake, {})).orders).toEqual([]);
  });

  // O30
  it('refuses a cursor of other filters, of another caller, and one that was changed', async () => {
    const { next } = await page(ANN, { limit: '3' });
    const cursor = next!;
    const foreign: [Caller, Record<string, string>][] = [
      [ANN, { cursor, status: 'PENDING' }],
      [ANN, { cursor, view: 'marketplace' }],
      [ANN, { cursor, from: '2026-01-01T00:00:00Z' }],
      [customer('eve'), { cursor }],
      [ANN, { cursor: `${cursor}A` }],
      [ANN, { cursor: Buffer.from('["orders","x","y"]').toString('base64url') }],
    ];
    for (const [caller, query] of foreign) {
      const path = `/orders?${new URLSearchParams(query).toString()}`;
      const refused = { status: 400, body: { code: 'CURSOR_INVALID' } };
      expect(await app.send('GET', path, { caller })).toMatchObject(refused);
    }
    expect((await page(ANN, { limit: '5', cursor })).orders).toHaveLength(5);
  });

  it('of a buyer or a seller who has few is read by an index', async () => {
    const plans = await Promise.all(
      ["user_id = 'rare'", `seller_id = 'rare'`].map(async (where) => {
        const explain = `EXPLAIN SELECT * FROM orders WHERE ${where} ORDER BY id DESC LIMIT 2000`;
        const { rows } = await database.pool.query<Record<string, string>>(explain);
        return rows.map((row) => row['QUERY PLAN']).join('\n');
      }),
    );
    expect(plans[0]).toContain('orders_by_user');
    expect(plans[1]).toContain('orders_by_seller');
  });
});

describe('an order', () => {
  it('is read by its seller, who sees what it may do', async () => {
    const { id } = made.findLast(({ isSold, stage }) => isSold && stage === 'PREPARING')!;
    const read = (caller: Caller) => app.send('GET', `/orders/${id}`, { caller });
    await database.pool.query(
      `INSERT INTO order_events (order_id, sequence, type, schema, actor, data)
        VALUES ($1, 1, 'CREATED', 1, 'x', '{"currency":"USD","kind":"MARKETPLACE"}')`,
      [id],
    );
    expect(await read(BOB)).toMatchObject({ status: 200, body: { kind: 'MARKETPLACE' } });
    expect((await read(BOB)).body.allowed).toEqual(['ready', 'fulfil', 'cancel']);
    expect(await read(customer('carl', ['seller']))).toMatchObject({ status: 404 });
  });
});
