import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DatabaseName } from './reading/rows.js';
import { reconcile, type Reconciliation } from './reconcile.js';
import { SeededDatabases, sagaOf } from './testing/seeded-databases.js';

interface Planted {
  what: string;
  on: 'DONE' | 'COMPENSATED';
  plant: readonly (readonly [DatabaseName, string])[];
  /** The invariants that tell it, under the ids of the order, its product, its saga or its bank key. */
  breaks: readonly number[];
}

const undoStep = `step IN ('REFUND_PAYMENT', 'RELEASE_INVENTORY', 'CANCEL_ORDER')`;
const running = (step: string, rest: string, wokenAgo = '0 s') =>
  `UPDATE saga_state SET status = 'RUNNING', current_step = '${step}',
      wake_at = now() - interval '${wokenAgo}', ${rest}
    WHERE saga_id = $saga`;

const PLANTED: readonly Planted[] = [
  {
    what: 'stock that was changed without being booked',
    on: 'DONE',
    plant: [['inventory', 'UPDATE products SET stock_quantity = 7 WHERE id = $id']],
    breaks: [1],
  },
  {
    what: 'a booking that is more than was ever received',
    on: 'DONE',
    plant: [['inventory', 'UPDATE stock_ledger SET change = 11 WHERE product_id = $id']],
    breaks: [1],
  },
  {
    what: 'an order that stayed PENDING',
    on: 'DONE',
    plant: [
      [
        'orders',
        `UPDATE orders SET status = 'PENDING', saga_state = 'ORDER_CREATED' WHERE id = $id`,
      ],
    ],
    breaks: [2, 8],
  },
  {
    what: 'an order that is gone',
    on: 'DONE',
    plant: [['orders', 'DELETE FROM orders WHERE id = $id']],
    breaks: [2, 8],
  },
  {
    what: 'a total that its lines do not make',
    on: 'DONE',
    plant: [['orders', 'UPDATE order_items SET quantity = 2 WHERE order_id = $id AND line = 2']],
    breaks: [2],
  },
  {
    what: 'a payment of another amount, at the bank too',
    on: 'DONE',
    plant: [
      ['payments', `UPDATE payments SET amount = '59.97' WHERE order_id = $id`],
      ['payments', `UPDATE bank.charges SET amount = '59.97' WHERE key = $id`],
    ],
    breaks: [2],
  },
  {
    what: 'a payment that is gone',
    on: 'DONE',
    plant: [['payments', 'DELETE FROM payments WHERE order_id = $id']],
    breaks: [2, 6],
  },
  {
    what: 'a hold of other lines',
    on: 'DONE',
    plant: [['inventory', `UPDATE reservation_items SET unit_price = '1' WHERE order_id = $id`]],
    breaks: [2],
  },
  {
    what: 'a hold that was not consumed',
    on: 'DONE',
    plant: [['inventory', `UPDATE reservations SET status = 'ACTIVE' WHERE order_id = $id`]],
    breaks: [2],
  },
  {
    what: 'a confirmed order of an undone saga',
    on: 'COMPENSATED',
    plant: [
      [
        'orders',
        `UPDATE orders SET status = 'CONFIRMED', saga_state = 'ORDER_CONFIRMED' WHERE id = $id`,
      ],
    ],
    breaks: [3],
  },
  {
    what: 'money that was kept',
    on: 'COMPENSATED',
    plant: [
      ['payments', `UPDATE payments SET status = 'SUCCESS' WHERE order_id = $id`],
      ['payments', 'DELETE FROM bank.refunds WHERE key = $id'],
    ],
    breaks: [3, 8],
  },
  {
    what: 'stock that is still held',
    on: 'COMPENSATED',
    plant: [
      ['inventory', `UPDATE reservations SET status = 'ACTIVE' WHERE order_id = $id`],
      ['inventory', 'UPDATE products SET stock_quantity = 8 WHERE id = $id'],
    ],
    breaks: [3],
  },
  {
    what: 'a saga that no orchestrator drives',
    on: 'DONE',
    plant: [['orchestrator', running('ORDER_CONFIRMED', 'attempt = 2', '1 minute')]],
    breaks: [4],
  },
  {
    what: 'a saga past its deadline before the pivot',
    on: 'DONE',
    plant: [['orchestrator', running('PAYMENT_PROCESSED', 'attempt = 9')]],
    breaks: [4],
  },
  {
    what: 'a parked saga that does not say why',
    on: 'DONE',
    plant: [['orchestrator', running('ORDER_CONFIRMED', 'needs_attention = true')]],
    breaks: [4],
  },
  {
    what: 'a pivot that is retried past the deadline (allowed)',
    on: 'DONE',
    plant: [['orchestrator', running('ORDER_CONFIRMED', 'attempt = 9')]],
    breaks: [],
  },
  {
    what: 'a parked saga that says why (allowed)',
    on: 'DONE',
    plant: [
      [
        'orchestrator',
        running('ORDER_CONFIRMED', `needs_attention = true, last_error = '{"code":"X"}'`),
      ],
    ],
    breaks: [],
  },
  {
    what: 'a step without an end row',
    on: 'DONE',
    plant: [
      [
        'orchestrator',
        `DELETE FROM saga_logs WHERE saga_id = $saga AND step = 'INVENTORY_RESERVED' AND status = 'COMPLETED'`,
      ],
    ],
    breaks: [5],
  },
  {
    what: 'an undo that was skipped',
    on: 'COMPENSATED',
    plant: [
      [
        'orchestrator',
        `DELETE FROM saga_logs WHERE saga_id = $saga AND step = 'RELEASE_INVENTORY'`,
      ],
    ],
    breaks: [5],
  },
  {
    what: 'an undo in the order of the steps',
    on: 'COMPENSATED',
    plant: [
      [
        'orchestrator',
        `UPDATE saga_logs SET step = CASE step WHEN 'REFUND_PAYMENT' THEN 'CANCEL_ORDER'
            WHEN 'CANCEL_ORDER' THEN 'REFUND_PAYMENT' ELSE step END
          WHERE saga_id = $saga AND ${undoStep}`,
      ],
    ],
    breaks: [5],
  },
  {
    what: 'a charge that the bank declined',
    on: 'DONE',
    plant: [['payments', `UPDATE bank.charges SET decision = 'DECLINED' WHERE key = $id`]],
    breaks: [6],
  },
  {
    what: 'a refund that no payment knows of',
    on: 'DONE',
    plant: [['payments', `INSERT INTO bank.refunds (key, amount) VALUES ($id, '59.98')`]],
    breaks: [6],
  },
  {
    what: 'a refund that the bank never made',
    on: 'COMPENSATED',
    plant: [['payments', 'DELETE FROM bank.refunds WHERE key = $id']],
    breaks: [6],
  },
  {
    what: 'a charge that no payment explains',
    on: 'COMPENSATED',
    plant: [
      [
        'payments',
        `UPDATE payments SET provider_key = 'another', status = 'CANCELLED' WHERE order_id = $id`,
      ],
    ],
    breaks: [6],
  },
  {
    what: 'a key whose saga was lost',
    on: 'DONE',
    plant: [
      ['orchestrator', `UPDATE saga_state SET saga_id = gen_random_uuid() WHERE saga_id = $saga`],
    ],
    breaks: [7],
  },
  {
    what: 'a hold that belongs to another saga',
    on: 'DONE',
    plant: [
      ['inventory', 'UPDATE reservations SET saga_id = gen_random_uuid() WHERE order_id = $id'],
    ],
    breaks: [7],
  },
  {
    what: 'two payments for one order',
    on: 'DONE',
    plant: [
      ['payments', 'ALTER TABLE payments DROP CONSTRAINT IF EXISTS payments_pkey'],
      ['payments', 'INSERT INTO payments SELECT * FROM payments WHERE order_id = $id'],
    ],
    breaks: [7],
  },
  {
    what: 'an order whose saga does not exist',
    on: 'DONE',
    plant: [
      ['orchestrator', 'DELETE FROM saga_state WHERE saga_id = $saga'],
      ['orchestrator', 'DELETE FROM idempotency_keys WHERE saga_id = $saga'],
    ],
    breaks: [7],
  },
  {
    what: 'a payment and a sale that no saga and no order explain',
    on: 'DONE',
    plant: [
      ['orchestrator', 'DELETE FROM saga_state WHERE saga_id = $saga'],
      ['orchestrator', 'DELETE FROM idempotency_keys WHERE saga_id = $saga'],
      ['orders', 'DELETE FROM orders WHERE id = $id'],
    ],
    breaks: [8],
  },
];

describe('reconciling the records of all services', () => {
  let databases: SeededDatabases;
  const healthy: string[] = [];
  const ids: string[] = [];
  let clean: Reconciliation;
  let found: Reconciliation;

  beforeAll(async () => {
    databases = await SeededDatabases.open();
    for (const kind of ['DONE', 'COMPENSATED'] as const)
      healthy.push(await databases.checkout(kind));
    for (const { on } of PLANTED) ids.push(await databases.checkout(on));
    clean = await reconcile(databases.urls);
    for (const [index, { plant }] of PLANTED.entries()) {
      for (const [database, sql] of plant) await databases.run(database, sql, ids[index]!);
    }
    found = await reconcile(databases.urls);
  }, 60_000);
  afterAll(() => databases?.close());

  const told = (id: string) =>
    found.breaches.filter((breach) => breach.id === id || breach.id === sagaOf(id));

  it('finds nothing wrong where nothing is', () => {
    const kept = { sagas: 30, holds: 400 };
    expect(clean).toEqual({ breaches: [], judged: ids.length + 2, moving: 0, kept });
    for (const id of healthy) expect(told(id)).toEqual([]);
  });

  it.each(PLANTED.map((planted, index) => ({ ...planted, index })))(
    'tells $what as a breach of $breaks',
    ({ index, breaks }) => {
      const breaches = told(ids[index]!);
      expect([...new Set(breaches.map(({ invariant }) => invariant))]).toEqual(breaks);
    },
  );
});
