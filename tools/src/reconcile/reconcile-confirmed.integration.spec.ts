import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DatabaseName } from './reading/rows.js';
import { reconcile, type Reconciliation } from './reconcile.js';
import { SeededDatabases, sagaOf } from './testing/seeded-databases.js';

interface Planted {
  what: string;
  plant: readonly (readonly [DatabaseName, string])[];
  /** The invariants that tell it. */
  breaks: readonly number[];
}

/** As if commands without a saga had done it all. */
const WITHOUT_SAGA: readonly (readonly [DatabaseName, string])[] = [
  ['orchestrator', 'DELETE FROM saga_state WHERE saga_id = $saga'],
  ['orchestrator', 'DELETE FROM idempotency_keys WHERE saga_id = $saga'],
  ['orders', 'UPDATE orders SET saga_id = NULL WHERE id = $id'],
  ['inventory', 'UPDATE reservations SET saga_id = NULL WHERE order_id = $id'],
  ['payments', 'UPDATE payments SET saga_id = NULL WHERE order_id = $id'],
];
const NEVER_PAID: readonly (readonly [DatabaseName, string])[] = [
  ['payments', 'DELETE FROM payments WHERE order_id = $id'],
  ['payments', 'DELETE FROM bank.charges WHERE key = $id'],
];

const PLANTED: readonly Planted[] = [
  {
    what: 'an order without a saga that was paid and sold (allowed)',
    plant: WITHOUT_SAGA,
    breaks: [],
  },
  {
    what: 'an order that was confirmed without a saga and never paid',
    plant: [...WITHOUT_SAGA, ...NEVER_PAID],
    breaks: [2],
  },
  {
    what: 'an order that was confirmed without a saga after its payment was declined',
    plant: [
      ...WITHOUT_SAGA,
      ['payments', `UPDATE payments SET status = 'FAILED' WHERE order_id = $id`],
      ['payments', `UPDATE bank.charges SET decision = 'DECLINED' WHERE key = $id`],
    ],
    breaks: [2],
  },
  {
    what: 'an order without a saga whose payment was refunded and which is CONFIRMED',
    plant: [
      ...WITHOUT_SAGA,
      ['payments', `UPDATE payments SET status = 'REFUNDED' WHERE order_id = $id`],
      ['payments', `INSERT INTO bank.refunds (key, amount) VALUES ($id, '59.98')`],
    ],
    breaks: [2],
  },
  {
    what: 'an order without a saga whose stock was released and which is CONFIRMED',
    plant: [
      ...WITHOUT_SAGA,
      ['inventory', `UPDATE reservations SET status = 'RELEASED' WHERE order_id = $id`],
      ['inventory', 'UPDATE products SET stock_quantity = 10 WHERE id = $id'],
    ],
    breaks: [2],
  },
  {
    what: 'an order without a saga that was paid with another amount than its total',
    plant: [
      ...WITHOUT_SAGA,
      ['payments', `UPDATE payments SET amount = '0.01' WHERE order_id = $id`],
      ['payments', `UPDATE bank.charges SET amount = '0.01' WHERE key = $id`],
    ],
    breaks: [2],
  },
  {
    what: 'an order that was confirmed and never paid, beside its saga that is parked and says why',
    plant: [
      [
        'orchestrator',
        `UPDATE saga_state SET status = 'RUNNING', current_step = 'ORDER_CONFIRMED', wake_at = now(),
          needs_attention = true, last_error = '{"code":"X"}' WHERE saga_id = $saga`,
      ],
      ...NEVER_PAID,
    ],
    breaks: [2],
  },
  {
    what: 'an order that was confirmed and never paid, and whose saga does not exist',
    plant: [
      ['orchestrator', 'DELETE FROM saga_state WHERE saga_id = $saga'],
      ['orchestrator', 'DELETE FROM idempotency_keys WHERE saga_id = $saga'],
      ...NEVER_PAID,
    ],
    breaks: [2, 7],
  },
];

describe('reconciling CONFIRMED orders without a finished saga', () => {
  let databases: SeededDatabases;
  const ids: string[] = [];
  let found: Reconciliation;

  beforeAll(async () => {
    databases = await SeededDatabases.open();
    for (const { plant } of PLANTED) {
      const id = await databases.checkout('DONE');
      ids.push(id);
      for (const [database, sql] of plant) await databases.run(database, sql, id);
    }
    found = await reconcile(databases.urls);
  }, 60_000);
  afterAll(() => databases?.close());

  it.each(PLANTED.map((planted, index) => ({ ...planted, index })))(
    'tells $what as a breach of $breaks',
    ({ index, breaks }) => {
      const id = ids[index]!;
      const told = found.breaches.filter((breach) => [id, sagaOf(id)].includes(breach.id));
      expect([...new Set(told.map(({ invariant }) => invariant))]).toEqual(breaks);
    },
  );
});
