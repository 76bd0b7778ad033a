import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reconcile, type Reconciliation } from './reconcile.js';
import {
  done,
  inventory,
  invariantsTold,
  orchestrator,
  orders,
  payments,
  plantAt,
  type Planted,
  SAGA_LOST,
  undone,
} from './testing/planted.js';
import { SeededDatabases } from './testing/seeded-databases.js';

const undoStep = `step IN ('REFUND_PAYMENT', 'RELEASE_INVENTORY', 'CANCEL_ORDER')`;
const running = (step: string, rest: string, wokenAgo = '0 s') =>
  orchestrator(`UPDATE saga_state SET status = 'RUNNING', current_step = '${step}',
      wake_at = now() - interval '${wokenAgo}', ${rest}
    WHERE saga_id = $saga`);

/** A cancellation whose saga has ended, as its events tell. */
const cancelledLater = [
  orders(`UPDATE orders SET status = 'CANCELLED', saga_state = 'COMPENSATED', stage = 'CANCELLED',
    cancellation_id = $id, version = 4 WHERE id = $id`),
  orders(`INSERT INTO order_events (order_id, sequence, type, schema, created_at, data) VALUES
    ($id, 3, 'CANCELLING', 1, now() - interval '10 s', jsonb_build_object('cancellationId', $id)),
    ($id, 4, 'CANCELLED', 1, now() - interval '9 s', NULL)`),
];
const moneyBack = [
  payments(`UPDATE payments SET status = 'REFUNDED' WHERE order_id = $id`),
  payments(`INSERT INTO bank.refunds (key, amount) VALUES ($id, '59.98')`),
];
const goodsBack = [
  inventory('UPDATE reservation_items SET written_off = quantity WHERE order_id = $id'),
  inventory(`INSERT INTO stock_ledger (product_id, change, kind)
    SELECT product_id, -quantity, 'WRITE_OFF' FROM reservation_items WHERE order_id = $id`),
  inventory(`INSERT INTO stock_returns (return_id, order_id, disposition, lines)
    VALUES ($id, $id, 'WRITE_OFF', '[]')`),
];

const PLANTED: readonly Planted[] = [
  done([1], 'stock that was changed without being booked', [
    inventory('UPDATE products SET stock_quantity = 7 WHERE id = $id'),
  ]),
  done([1], 'a booking that is more than was ever received', [
    inventory('UPDATE stock_ledger SET change = 11 WHERE product_id = $id'),
  ]),
  done([2, 8, 9], 'an order that stayed PENDING', [
    orders(`UPDATE orders SET status = 'PENDING', saga_state = 'ORDER_CREATED' WHERE id = $id`),
  ]),
  done([2, 8, 9], 'an order that is gone', [orders('DELETE FROM orders WHERE id = $id')]),
  done([2], 'a total that its lines do not make', [
    orders('UPDATE order_items SET quantity = 2 WHERE order_id = $id AND line = 2'),
  ]),
  done([2], 'a payment of another amount, at the bank too', [
    payments(`UPDATE payments SET amount = '59.97' WHERE order_id = $id`),
    payments(`UPDATE bank.charges SET amount = '59.97' WHERE key = $id`),
  ]),
  done([2, 6], 'a payment that is gone', [payments('DELETE FROM payments WHERE order_id = $id')]),
  done([2], 'a hold of other lines', [
    inventory(`UPDATE reservation_items SET unit_price = '1' WHERE order_id = $id`),
  ]),
  done([2], 'a hold that was not consumed', [
    inventory(`UPDATE reservations SET status = 'ACTIVE' WHERE order_id = $id`),
  ]),
  undone([3, 9], 'a confirmed order of an undone saga', [
    orders(`UPDATE orders SET status = 'CONFIRMED', saga_state = 'ORDER_CONFIRMED' WHERE id = $id`),
  ]),
  undone([3, 8], 'money that was kept', [
    payments(`UPDATE payments SET status = 'SUCCESS' WHERE order_id = $id`),
    payments('DELETE FROM bank.refunds WHERE key = $id'),
  ]),
  undone([3], 'stock that is still held', [
    inventory(`UPDATE reservations SET status = 'ACTIVE' WHERE order_id = $id`),
    inventory('UPDATE products SET stock_quantity = 8 WHERE id = $id'),
  ]),
  done([4], 'a saga that no orchestrator drives', [
    running('ORDER_CONFIRMED', 'attempt = 2', '1 minute'),
  ]),
  done([4], 'a saga past its deadline before the pivot', [
    running('PAYMENT_PROCESSED', 'attempt = 9'),
  ]),
  done([4], 'a parked saga that does not say why', [
    running('ORDER_CONFIRMED', 'needs_attention = true'),
  ]),
  done([], 'a pivot that is retried past the deadline (allowed)', [
    running('ORDER_CONFIRMED', 'attempt = 9'),
  ]),
  done([], 'a parked saga that says why (allowed)', [
    running('ORDER_CONFIRMED', `needs_attention = true, last_error = '{"code":"X"}'`),
  ]),
  done([5], 'a step without an end row', [
    orchestrator(`DELETE FROM saga_logs
      WHERE saga_id = $saga AND step = 'INVENTORY_RESERVED' AND status = 'COMPLETED'`),
  ]),
  undone([5], 'an undo that was skipped', [
    orchestrator(`DELETE FROM saga_logs WHERE saga_id = $saga AND step = 'RELEASE_INVENTORY'`),
  ]),
  undone([5], 'an undo in the order of the steps', [
    orchestrator(`UPDATE saga_logs SET step = CASE step WHEN 'REFUND_PAYMENT' THEN 'CANCEL_ORDER'
        WHEN 'CANCEL_ORDER' THEN 'REFUND_PAYMENT' ELSE step END
      WHERE saga_id = $saga AND ${undoStep}`),
  ]),
  done([6], 'a charge that the bank declined', [
    payments(`UPDATE bank.charges SET decision = 'DECLINED' WHERE key = $id`),
  ]),
  done([6], 'a refund that no payment knows of', [
    payments(`INSERT INTO bank.refunds (key, amount) VALUES ($id, '59.98')`),
  ]),
  undone([6], 'a refund that the bank never made', [
    payments('DELETE FROM bank.refunds WHERE key = $id'),
  ]),
  undone([6], 'a charge that no payment explains', [
    payments(`UPDATE payments SET provider_key = 'another', status = 'CANCELLED'
      WHERE order_id = $id`),
  ]),
  done([7], 'a key whose saga was lost', [
    orchestrator('UPDATE saga_state SET saga_id = gen_random_uuid() WHERE saga_id = $saga'),
  ]),
  done([7], 'a hold that belongs to another saga', [
    inventory('UPDATE reservations SET saga_id = gen_random_uuid() WHERE order_id = $id'),
  ]),
  done([7], 'two payments for one order', [
    payments('ALTER TABLE payments DROP CONSTRAINT IF EXISTS payments_pkey'),
    payments('INSERT INTO payments SELECT * FROM payments WHERE order_id = $id'),
  ]),
  done([7], 'an order whose saga does not exist', SAGA_LOST),
  done([8, 9], 'a payment and a sale that no saga and no order explain', [
    ...SAGA_LOST,
    orders('DELETE FROM orders WHERE id = $id'),
  ]),
  done([], 'an order that was cancelled after it was confirmed, its goods written off (allowed)', [
    ...cancelledLater,
    ...moneyBack,
    ...goodsBack,
  ]),
  done([11], 'a cancelled order whose money was kept', [...cancelledLater, ...goodsBack]),
  done([11], 'a cancelled order whose goods did not come back', [...cancelledLater, ...moneyBack]),
  done([1], 'goods that came back and are nowhere', [
    inventory('UPDATE reservation_items SET returned = 1 WHERE order_id = $id'),
  ]),
  done([9], 'an order in a stage that its events do not make', [
    orders(`UPDATE orders SET stage = 'PREPARING' WHERE id = $id`),
  ]),
  done([9], 'an order of a seller that its first event does not tell', [
    orders(`UPDATE orders SET kind = 'MARKETPLACE', seller_id = 'u:eve' WHERE id = $id`),
  ]),
  // R80
  done([9], 'an order without events', [orders('DELETE FROM order_events WHERE order_id = $id')]),
  done([9], 'an order whose first event is gone', [
    orders('DELETE FROM order_events WHERE order_id = $id AND sequence = 1'),
  ]),
  done([9], 'an order in a version that its events do not make', [
    orders('UPDATE orders SET version = 3 WHERE id = $id'),
  ]),
  done([9], 'an order of another caller than its first event tells', [
    orders(`UPDATE orders SET caller = 'o:eve' WHERE id = $id`),
  ]),
  done([9], 'an event that cannot follow the one before', [
    orders(`UPDATE order_events SET type = 'CREATED' WHERE order_id = $id AND sequence = 2`),
  ]),
  // R81
  done([9], 'an event at the time of the one before', [
    orders(`UPDATE order_events e SET created_at = (SELECT created_at FROM order_events
        WHERE order_id = $id AND sequence = 2)
      WHERE order_id = $id AND sequence = 1`),
  ]),
  done([], 'events of an earlier release, without data (allowed)', [
    orders(`UPDATE order_events SET schema = NULL, data = NULL, actor = NULL,
        created_at = now() - interval '1 minute' WHERE order_id = $id`),
  ]),
  // R82
  done([15], 'an event that was not published for a minute', [
    orders('INSERT INTO order_outbox (order_id, sequence) VALUES ($id, 2)'),
  ]),
  done([], 'an event that is not published yet (allowed)', [
    orders(`UPDATE order_events SET created_at = now() WHERE order_id = $id AND sequence = 2`),
    orders('INSERT INTO order_outbox (order_id, sequence) VALUES ($id, 2)'),
  ]),
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
    for (const [index, { plant }] of PLANTED.entries())
      await plantAt(databases, ids[index]!, plant);
    found = await reconcile(databases.urls);
  }, 60_000);
  afterAll(() => databases?.close());

  it('finds nothing wrong where nothing is', () => {
    const kept = { sagas: 30, holds: 400 };
    expect(clean).toEqual({ breaches: [], judged: ids.length + 2, moving: 0, kept });
    for (const id of healthy) expect(invariantsTold(found, id)).toEqual([]);
  });

  it.each(PLANTED.map((planted, index) => ({ ...planted, index })))(
    'tells $what as a breach of $breaks',
    ({ index, breaks }) => expect(invariantsTold(found, ids[index]!)).toEqual(breaks),
  );
});
