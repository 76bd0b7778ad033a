import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Course } from './examine.js';
import { reconcile, type Reconciliation } from './reconcile.js';
import {
  done,
  inventory,
  orchestrator,
  orders,
  payments,
  plantAll,
  type Planted,
  undone,
} from './testing/planted.js';
import { SeededDatabases } from './testing/seeded-databases.js';

const HEALTHY = 20;
const KINDS_OF_ROWS = 6;
const LONG_AGO = `now() - interval '31 days'`;

/** For each invariant what breaks it, and what only shows when orders far apart are seen together. */
const PLANTED: readonly Planted[] = [
  done([1], 'stock', [inventory('UPDATE products SET stock_quantity = 7 WHERE id = $id')]),
  done([2], 'no payment', [payments('DELETE FROM payments WHERE order_id = $id')]),
  undone([3], 'a hold', [
    inventory(`UPDATE reservations SET status = 'ACTIVE' WHERE order_id = $id`),
  ]),
  done([4], 'a late saga', [
    orchestrator(`UPDATE saga_state
      SET status = 'RUNNING', current_step = 'PAYMENT_PROCESSED', wake_at = NULL
      WHERE saga_id = $saga`),
  ]),
  done([5], 'a log without its last step', [
    orchestrator(`DELETE FROM saga_logs WHERE saga_id = $saga AND step = 'ORDER_CONFIRMED'`),
  ]),
  done([6], 'a charge', [
    payments(`UPDATE bank.charges SET decision = 'DECLINED' WHERE key = $id`),
  ]),
  // The other order has a random id: it is in another bucket or in the same one.
  done([7], 'two orders of one saga', [
    orders(`INSERT INTO orders
        (id, user_id, status, saga_state, total_amount, currency, saga_id, updated_at)
      VALUES (gen_random_uuid(), 'user', 'CANCELLED', 'COMPENSATED', '59.98', 'USD', $saga,
        ${LONG_AGO})`),
  ]),
  // Its saga is there, for an order far away: it was not removed for its age.
  done([7], 'an order of another saga', [
    orders(`UPDATE orders SET created_at = ${LONG_AGO}, updated_at = ${LONG_AGO} WHERE id = $id`),
    orchestrator('UPDATE saga_state SET order_id = gen_random_uuid() WHERE saga_id = $saga'),
  ]),
  done([7], 'two payments', [
    payments('ALTER TABLE payments DROP CONSTRAINT IF EXISTS payments_pkey'),
    payments('INSERT INTO payments SELECT * FROM payments WHERE order_id = $id'),
  ]),
  done([7], 'no saga', [orchestrator('DELETE FROM saga_state WHERE saga_id = $saga')]),
  undone([8], 'money that was kept', [
    payments(`UPDATE payments SET status = 'SUCCESS' WHERE order_id = $id`),
  ]),
];

describe('reconciling in many buckets', () => {
  let databases: SeededDatabases;
  let ids: string[];
  let whole: Reconciliation;

  const inBucketsOf = async (rowsAtOnce: number) => {
    const courses: Course[] = [];
    const manner = { rowsAtOnce, tell: (course: Course) => courses.push(course) };
    return { found: await reconcile(databases.urls, 0, undefined, manner), courses };
  };

  beforeAll(async () => {
    databases = await SeededDatabases.open();
    for (let n = 0; n < HEALTHY; n += 1) await databases.checkout(n % 2 ? 'DONE' : 'COMPENSATED');
    ids = await plantAll(databases, PLANTED);
    whole = (await inBucketsOf(10_000)).found;
  }, 60_000);
  afterAll(() => databases?.close());

  it.each([1, 2, 7])('of %d rows tells the same breaches as in one', async (rowsAtOnce) => {
    const { found } = await inBucketsOf(rowsAtOnce);
    const told = ({ breaches, ...rest }: Reconciliation) => ({
      ...rest,
      breaches: breaches.map((each) => JSON.stringify(each)).sort(),
    });
    expect(told(found)).toEqual(told(whole));
    const seen = new Set(found.breaches.map(({ invariant }) => invariant));
    expect([...seen]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('reads no further when it has found too much, and says so', async () => {
    const { judged, breaches, stoppedEarly } = await reconcile(databases.urls, 0, undefined, {
      rowsAtOnce: 1,
      breachesMax: 3,
    });
    expect(stoppedEarly).toBe(true);
    expect(breaches.length).toBeGreaterThanOrEqual(3);
    expect(judged).toBeLessThan(whole.judged);
  });

  it('tells every order that something was planted at', () => {
    for (const [index, { breaks }] of PLANTED.entries()) {
      const start = ids[index]!.slice(0, -1); // a saga's id differs from its order's in the last digit
      const of = whole.breaches.filter(({ id }) => id.startsWith(start));
      expect(of.map(({ invariant }) => invariant)).toEqual(expect.arrayContaining([...breaks]));
    }
  });

  it('holds no more rows at once than a batch of each kind and one order have', async () => {
    const rowsAtOnce = 3;
    const { courses } = await inBucketsOf(rowsAtOnce);
    const rowsOfOneOrder = KINDS_OF_ROWS + 1; // one of them has two payments
    const most = Math.max(...courses.map(({ held }) => held));
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(KINDS_OF_ROWS * rowsAtOnce + rowsOfOneOrder);
    expect(most).toBeLessThan(HEALTHY + PLANTED.length);
  });
});
