import { describe, expect, it } from '@jest/globals';
import { COMMAND_QUEUES, type CommandQueue } from '@backstitch/shared-types';
import { takeDeadLetter } from './dead-letters.js';
import type { QueueClient } from '@backstitch/testkit';
import { orderRows, product } from './saga-log.js';
import { checkout, mouse, MOUSE } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

const { order, inventory, payment } = COMMAND_QUEUES;
const create = (orderId: string) => ({
  orderId,
  userId: 'queue-user',
  items: [{ productId: MOUSE, quantity: 2, price: '29.99' }],
  totalAmount: '59.98',
});

/** What was sold, as its tables and the bank's ledger say it. */
async function kept(system: System, orderId: string) {
  const refunds = await system.rows('payments', 'SELECT key FROM bank.refunds');
  return { rows: await orderRows(system, orderId), stock: await product(system, MOUSE), refunds };
}

describe('money and stock of a confirmed order', () => {
  let system: System;
  let client: QueueClient;
  withSystem({}, async (started) => {
    system = started;
    client = await system.queueClient();
  });

  it('stay where they are when a refund and a release come without a saga', async () => {
    const { body } = await checkout(system.gatewayUrl, [mouse(2)]);
    const { orderId } = body;
    const before = await kept(system, orderId);
    expect(before.rows).toMatchObject({
      order: { status: 'CONFIRMED' },
      payments: [{ status: 'SUCCESS' }],
      reservation: { status: 'CONSUMED' },
    });
    for (const [queue, pattern] of [
      [payment, 'payment.refund'],
      [inventory, 'inventory.release'],
    ] as const) {
      const reply = await client.call(queue, pattern, { orderId });
      expect(reply).toMatchObject({ err: { code: 'ORDER_CONFIRMED', retryable: false } });
      // One without a reply queue is kept, for an operator to see.
      await system.vhost!.publish(
        queue,
        Buffer.from(JSON.stringify({ pattern, data: { orderId } })),
      );
      const dead = await takeDeadLetter(system, queue);
      expect(dead).toMatchObject({ reason: 'ORDER_CONFIRMED' });
    }
    expect(await kept(system, orderId)).toEqual(before);
    await system.expectReconciled();
  }, 300_000);

  it('are reported by reconcile when an order was confirmed without a saga and never paid', async () => {
    const orderId = crypto.randomUUID();
    await client.call(order, 'order.create', create(orderId));
    await client.call(order, 'order.confirm', { orderId });
    await system.rows(
      'orders',
      `UPDATE orders SET updated_at = now() - interval '1 minute' WHERE id = $1`,
      [orderId],
    );
    const { exitCode, output } = await system.reconcile();
    expect(exitCode).toBe(1);
    expect(output).toMatch(new RegExp(`${orderId} +CONFIRMED and never paid: payment missing`));
    expect(output).toMatch(new RegExp(`${orderId} +CONFIRMED, reservation missing`));
  }, 300_000);
});

describe('with COMMANDS=strict', () => {
  let system: System;
  let client: QueueClient;
  withSystem({ env: { COMMANDS: 'strict' } }, async (started) => {
    system = started;
    client = await system.queueClient();
  });

  const tables = async () => ({
    orders: await system.rows('orders', 'SELECT * FROM orders ORDER BY id'),
    reservations: await system.rows('inventory', 'SELECT * FROM reservations ORDER BY order_id'),
    products: await system.rows('inventory', 'SELECT * FROM products ORDER BY id'),
    payments: await system.rows('payments', 'SELECT * FROM payments ORDER BY order_id'),
    charges: await system.rows('payments', 'SELECT * FROM bank.charges ORDER BY key'),
  });

  it('a command without a saga changes nothing and is a dead letter, and a checkout is served', async () => {
    const { status, body } = await checkout(system.gatewayUrl, [mouse(1)]);
    expect(status).toBe(200);
    const { orderId } = body;
    const other = crypto.randomUUID();
    const before = await tables();
    const commands: [CommandQueue, string, object][] = [
      [order, 'order.create', create(other)],
      [order, 'order.confirm', { orderId }],
      [order, 'order.cancel', { orderId: other }],
      [inventory, 'inventory.reserve', { orderId: other, items: create(other).items }],
      [inventory, 'inventory.commit', { orderId }],
      [inventory, 'inventory.release', { orderId }],
      [payment, 'payment.process', { orderId: other, amount: '59.98' }],
      [payment, 'payment.refund', { orderId }],
    ];
    for (const [queue, pattern, data] of commands) {
      const reply = await client.call(queue, pattern, data);
      expect(reply).toMatchObject({ err: { code: 'SAGA_REQUIRED', retryable: false } });
      const dead = await takeDeadLetter(system, queue);
      expect(dead).toMatchObject({ reason: 'SAGA_REQUIRED', pattern });
    }
    expect(await tables()).toEqual(before);
  }, 300_000);

  it('what only reads needs no saga', async () => {
    const { body } = await checkout(system.gatewayUrl, [mouse(1)]);
    const { orderId } = body;
    expect(await client.call(order, 'order.get', { orderId })).toHaveProperty('response.id');
    expect(await client.call(payment, 'payment.get', { orderId })).toHaveProperty('response.id');
    expect(await client.call(inventory, 'inventory.list', {})).toHaveProperty('response.length');
  }, 300_000);

  it('a checkout that is undone is undone by its own saga', async () => {
    const { body } = await checkout(system.gatewayUrl, [mouse(1, '0.01')]);
    const rows = await orderRows(system, body.orderId);
    expect(rows).toMatchObject({ order: { status: 'CANCELLED' }, payments: [] });
    await system.expectReconciled();
  }, 300_000);
});
