import { describe, expect, it } from '@jest/globals';
import { reconcile } from './reconcile.js';
import {
  done,
  inventory,
  orchestrator,
  orders,
  payments,
  type Plant,
  type Planted,
  tellsEach,
  undone,
} from './testing/planted.js';
import type { SeededDatabases } from './testing/seeded-databases.js';

const sagaRemoved: readonly Plant[] = [
  orchestrator(`UPDATE idempotency_keys k SET answer = jsonb_build_object(
      'orderId', s.order_id, 'status', s.status, 'failure', s.failure)
    FROM saga_state s WHERE k.saga_id = $saga AND s.saga_id = $saga`),
  orchestrator('DELETE FROM saga_state WHERE saga_id = $saga'),
  orchestrator('DELETE FROM saga_logs WHERE saga_id = $saga'),
];
const answers = (some: object): Plant =>
  orchestrator(`UPDATE idempotency_keys SET answer = answer || '${JSON.stringify(some)}'
    WHERE saga_id = $saga`);
const anotherOrderOfThatSaga = orders(`INSERT INTO orders
    (id, user_id, status, saga_state, total_amount, currency, saga_id, updated_at)
  VALUES (gen_random_uuid(), 'user', 'CANCELLED', 'COMPENSATED', '59.98', 'USD', $saga,
    now() - interval '31 days')`);
const orderOf = (daysAgo: number): Plant =>
  orders(`UPDATE orders SET created_at = now() - interval '${daysAgo} days',
    updated_at = now() - interval '${daysAgo} days' WHERE id = $id`);
/** Of an order so old, and no older, that its saga may be gone. */
const oldSagaRemoved = [...sagaRemoved, orderOf(31)];
const holdRemoved: readonly Plant[] = [
  inventory('DELETE FROM reservation_items WHERE order_id = $id'),
  inventory('DELETE FROM reservations WHERE order_id = $id'),
];
const booked = (sold: number): Plant =>
  inventory(`INSERT INTO stock_ledger (product_id, change, kind) VALUES ($id, ${-sold}, 'SOLD')`);
const archived = [...holdRemoved, booked(2)];

const REMOVED: readonly Planted[] = [
  done([], 'a confirmed order whose saga is removed for its age (allowed)', oldSagaRemoved),
  undone([], 'a cancelled order whose saga is removed for its age (allowed)', oldSagaRemoved),
  done([], 'an order whose hold is archived for its age (allowed)', [
    ...sagaRemoved,
    orderOf(401),
    ...archived,
  ]),
  done([7], 'an order whose saga is gone before its time', [...sagaRemoved, orderOf(29)]),
  undone([3, 7, 9], 'an order that is not decided, and whose saga is gone', [
    ...oldSagaRemoved,
    orders(`UPDATE orders SET status = 'PENDING', saga_state = 'ORDER_CREATED' WHERE id = $id`),
  ]),
  done([7], 'two orders of one removed saga', [...oldSagaRemoved, anotherOrderOfThatSaga]),
  done([7], 'two orders of one saga', [anotherOrderOfThatSaga]),
  done([7], 'an old order whose saga is there, and says another order is its own', [
    orderOf(31),
    orchestrator('UPDATE saga_state SET order_id = gen_random_uuid() WHERE saga_id = $saga'),
  ]),
  done([7], 'an order of a removed saga whose hold and money are of other sagas', [
    ...oldSagaRemoved,
    inventory('UPDATE reservations SET saga_id = gen_random_uuid() WHERE order_id = $id'),
    payments('UPDATE payments SET saga_id = gen_random_uuid() WHERE order_id = $id'),
  ]),
  undone([2], 'a key that answers yes for an order that is cancelled', [
    ...oldSagaRemoved,
    answers({ status: 'DONE' }),
  ]),
  done([3], 'a key that answers no for an order that is confirmed', [
    ...oldSagaRemoved,
    answers({ status: 'COMPENSATED' }),
  ]),
  done([2], 'a key that answers with an order that is not there', [
    ...oldSagaRemoved,
    answers({ orderId: 'none' }),
  ]),
  done([2, 6], 'an order of a removed saga that was never paid', [
    ...oldSagaRemoved,
    payments('DELETE FROM payments WHERE order_id = $id'),
  ]),
  done([2], 'an order of a removed saga that sold something else', [
    ...oldSagaRemoved,
    inventory(`UPDATE reservation_items SET unit_price = '1' WHERE order_id = $id`),
  ]),
  undone([3], 'a cancelled order of a removed saga that still holds stock', [
    ...oldSagaRemoved,
    inventory(`UPDATE reservations SET status = 'ACTIVE' WHERE order_id = $id`),
    inventory('UPDATE products SET stock_quantity = 8 WHERE id = $id'),
  ]),
  done([2], 'a hold that is archived before its time', [...sagaRemoved, orderOf(399), ...archived]),
  done([2], 'a hold that is archived while its saga is there', archived),
  done([1], 'a sold hold that is archived without being booked', [
    ...sagaRemoved,
    orderOf(401),
    ...holdRemoved,
  ]),
  done([1], 'a sold hold that is booked twice', [
    ...sagaRemoved,
    orderOf(401),
    ...archived,
    booked(2),
  ]),
  done([1], 'a sold hold that is booked and still there', [booked(2)]),
];

describe('reconciling after the retention has removed rows', () => {
  let databases: SeededDatabases;
  let ids: readonly string[];
  tellsEach(REMOVED, (seeded, orderIds) => {
    [databases, ids] = [seeded, orderIds];
  });

  it('is told what else the apps keep', async () => {
    const kept = await reconcile(databases.urls, 0, { sagas: 28, holds: 398 });
    const early = ids.filter((_, index) => /before its time/.test(REMOVED[index]!.what));
    for (const id of early) expect(kept.breaches.map((each) => each.id)).not.toContain(id);
  });
});
