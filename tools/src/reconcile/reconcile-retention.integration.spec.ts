import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DatabaseName } from './reading/rows.js';
import { reconcile, type Reconciliation } from './reconcile.js';
import { SeededDatabases, sagaOf } from './testing/seeded-databases.js';

interface Removed {
  what: string;
  on: 'DONE' | 'COMPENSATED';
  plant: readonly (readonly [DatabaseName, string])[];
  /** The invariants that tell it. */
  breaks: readonly number[];
}

type Plant = readonly [DatabaseName, string];

const sagaRemoved: readonly Plant[] = [
  [
    'orchestrator',
    `UPDATE idempotency_keys k SET answer = jsonb_build_object(
        'orderId', s.order_id, 'status', s.status, 'failure', s.failure)
      FROM saga_state s WHERE k.saga_id = $saga AND s.saga_id = $saga`,
  ],
  ['orchestrator', 'DELETE FROM saga_state WHERE saga_id = $saga'],
  ['orchestrator', 'DELETE FROM saga_logs WHERE saga_id = $saga'],
];
const answers = (some: object): Plant => [
  'orchestrator',
  `UPDATE idempotency_keys SET answer = answer || '${JSON.stringify(some)}' WHERE saga_id = $saga`,
];
const anotherOrderOfThatSaga: Plant = [
  'orders',
  `INSERT INTO orders (id, user_id, status, saga_state, total_amount, currency, saga_id, updated_at)
    VALUES (gen_random_uuid(), 'user', 'CANCELLED', 'COMPENSATED', '59.98', 'USD', $saga,
      now() - interval '31 days')`,
];
const orderOf = (daysAgo: number): Plant => [
  'orders',
  `UPDATE orders SET created_at = now() - interval '${daysAgo} days',
    updated_at = now() - interval '${daysAgo} days' WHERE id = $id`,
];
const holdRemoved: readonly Plant[] = [
  ['inventory', 'DELETE FROM reservation_items WHERE order_id = $id'],
  ['inventory', 'DELETE FROM reservations WHERE order_id = $id'],
];
const booked = (sold: number): Plant => [
  'inventory',
  `INSERT INTO stock_ledger (product_id, change, kind) VALUES ($id, ${-sold}, 'SOLD')`,
];
const archived = [...holdRemoved, booked(2)];

const REMOVED: readonly Removed[] = [
  {
    what: 'a confirmed order whose saga is removed for its age (allowed)',
    on: 'DONE',
    plant: [...sagaRemoved, orderOf(31)],
    breaks: [],
  },
  {
    what: 'a cancelled order whose saga is removed for its age (allowed)',
    on: 'COMPENSATED',
    plant: [...sagaRemoved, orderOf(31)],
    breaks: [],
  },
  {
    what: 'an order whose hold is archived for its age (allowed)',
    on: 'DONE',
    plant: [...sagaRemoved, orderOf(401), ...archived],
    breaks: [],
  },
  {
    what: 'an order whose saga is gone before its time',
    on: 'DONE',
    plant: [...sagaRemoved, orderOf(29)],
    breaks: [7],
  },
  {
    what: 'an order that is not decided, and whose saga is gone',
    on: 'COMPENSATED',
    plant: [
      ...sagaRemoved,
      orderOf(31),
      [
        'orders',
        `UPDATE orders SET status = 'PENDING', saga_state = 'ORDER_CREATED' WHERE id = $id`,
      ],
    ],
    breaks: [3, 7],
  },
  {
    what: 'two orders of one removed saga',
    on: 'DONE',
    plant: [...sagaRemoved, orderOf(31), anotherOrderOfThatSaga],
    breaks: [7],
  },
  {
    what: 'two orders of one saga',
    on: 'DONE',
    plant: [anotherOrderOfThatSaga],
    breaks: [7],
  },
  {
    what: 'an old order whose saga is there, and says another order is its own',
    on: 'DONE',
    plant: [
      orderOf(31),
      ['orchestrator', 'UPDATE saga_state SET order_id = gen_random_uuid() WHERE saga_id = $saga'],
    ],
    breaks: [7],
  },
  {
    what: 'an order of a removed saga whose hold and money are of other sagas',
    on: 'DONE',
    plant: [
      ...sagaRemoved,
      orderOf(31),
      ['inventory', 'UPDATE reservations SET saga_id = gen_random_uuid() WHERE order_id = $id'],
      ['payments', 'UPDATE payments SET saga_id = gen_random_uuid() WHERE order_id = $id'],
    ],
    breaks: [7],
  },
  {
    what: 'a key that answers yes for an order that is cancelled',
    on: 'COMPENSATED',
    plant: [...sagaRemoved, orderOf(31), answers({ status: 'DONE' })],
    breaks: [2],
  },
  {
    what: 'a key that answers no for an order that is confirmed',
    on: 'DONE',
    plant: [...sagaRemoved, orderOf(31), answers({ status: 'COMPENSATED' })],
    breaks: [3],
  },
  {
    what: 'a key that answers with an order that is not there',
    on: 'DONE',
    plant: [...sagaRemoved, orderOf(31), answers({ orderId: 'none' })],
    breaks: [2],
  },
  {
    what: 'an order of a removed saga that was never paid',
    on: 'DONE',
    plant: [...sagaRemoved, orderOf(31), ['payments', 'DELETE FROM payments WHERE order_id = $id']],
    breaks: [2, 6],
  },
  {
    what: 'an order of a removed saga that sold something else',
    on: 'DONE',
    plant: [
      ...sagaRemoved,
      orderOf(31),
      ['inventory', `UPDATE reservation_items SET unit_price = '1' WHERE order_id = $id`],
    ],
    breaks: [2],
  },
  {
    what: 'a cancelled order of a removed saga that still holds stock',
    on: 'COMPENSATED',
    plant: [
      ...sagaRemoved,
      orderOf(31),
      ['inventory', `UPDATE reservations SET status = 'ACTIVE' WHERE order_id = $id`],
      ['inventory', 'UPDATE products SET stock_quantity = 8 WHERE id = $id'],
    ],
    breaks: [3],
  },
  {
    what: 'a hold that is archived before its time',
    on: 'DONE',
    plant: [...sagaRemoved, orderOf(399), ...archived],
    breaks: [2],
  },
  {
    what: 'a hold that is archived while its saga is there',
    on: 'DONE',
    plant: archived,
    breaks: [2],
  },
  {
    what: 'a sold hold that is archived without being booked',
    on: 'DONE',
    plant: [...sagaRemoved, orderOf(401), ...holdRemoved],
    breaks: [1],
  },
  {
    what: 'a sold hold that is booked twice',
    on: 'DONE',
    plant: [...sagaRemoved, orderOf(401), ...archived, booked(2)],
    breaks: [1],
  },
  {
    what: 'a sold hold that is booked and still there',
    on: 'DONE',
    plant: [booked(2)],
    breaks: [1],
  },
];

describe('reconciling after the retention has removed rows', () => {
  let databases: SeededDatabases;
  const ids: string[] = [];
  let found: Reconciliation;

  beforeAll(async () => {
    databases = await SeededDatabases.open();
    for (const { on, plant } of REMOVED) {
      const id = await databases.checkout(on);
      ids.push(id);
      for (const [database, sql] of plant) await databases.run(database, sql, id);
    }
    found = await reconcile(databases.urls);
  }, 60_000);
  afterAll(() => databases?.close());

  it.each(REMOVED.map((removed, index) => ({ ...removed, index })))(
    'tells $what as a breach of $breaks',
    ({ index, breaks }) => {
      const id = ids[index]!;
      const told = found.breaches.filter((each) => each.id === id || each.id === sagaOf(id));
      expect([...new Set(told.map(({ invariant }) => invariant))]).toEqual(breaks);
    },
  );

  it('is told what else the apps keep', async () => {
    const kept = await reconcile(databases.urls, 0, { sagas: 28, holds: 398 });
    const early = ids.filter((_, index) => /before its time/.test(REMOVED[index]!.what));
    for (const id of early) expect(kept.breaches.map((each) => each.id)).not.toContain(id);
  });
});
