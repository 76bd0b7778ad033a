import { describe, expect, it } from '@jest/globals';
import { COMMAND_QUEUES, deadLetterQueueOf } from '@backstitch/shared-types';
import { takeDeadLetter } from './dead-letters.js';
import { type QueueClient, waitFor } from '@backstitch/testkit';
import { product } from './saga-log.js';
import { MOUSE } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

const { order, inventory, payment } = COMMAND_QUEUES;

describe('the queues', () => {
  let system: System;
  let client: QueueClient;
  withSystem({}, async (started) => {
    system = started;
    client = await system.queueClient();
  });

  const create = (orderId: string) => ({
    orderId,
    userId: 'queue-user',
    items: [{ productId: MOUSE, quantity: 2, price: '29.99' }],
    totalAmount: '59.98',
  });
  const reserve = (orderId: string) => ({
    orderId,
    items: [{ productId: MOUSE, quantity: 2, price: '29.99' }],
  });
  const stock = async (): Promise<number> => (await product(system, MOUSE)).stock_quantity;
  const rejection = (code: string) => ({
    err: expect.objectContaining({ code, retryable: false }),
    isDisposed: true,
    id: expect.any(String),
  });

  it('A12: each command 20 times at once has one effect and equal replies', async () => {
    const orderId = crypto.randomUUID();
    const before = await stock();
    const steps = [
      [order, 'order.create', create(orderId)],
      [inventory, 'inventory.reserve', reserve(orderId)],
      [payment, 'payment.process', { orderId, amount: '59.98' }],
      [inventory, 'inventory.commit', { orderId }],
      [order, 'order.confirm', { orderId }],
      [payment, 'payment.refund', { orderId }],
      [inventory, 'inventory.release', { orderId }],
    ] as const;
    for (const [queue, pattern, data] of steps) {
      const calls = Array.from({ length: 20 }, () => client.call(queue, pattern, data));
      const replies = await Promise.all([...calls, client.call(queue, pattern, data)]);
      const bodies = replies.map(({ id: _id, ...reply }) => reply);
      expect(bodies[0]).toHaveProperty('response');
      for (const body of bodies) expect(body).toEqual(bodies[0]);
      if (pattern === 'inventory.reserve') expect(await stock()).toBe(before - 2);
    }
    expect(await stock()).toBe(before);
    const charges = await system.rows('payments', 'SELECT status FROM payments WHERE order_id=$1', [
      orderId,
    ]);
    expect(charges).toEqual([{ status: 'REFUNDED' }]);
  });

  it('each packet of a batch is answered separately, a repeated and a rejected one included', async () => {
    const orders = Array.from({ length: 12 }, () => crypto.randomUUID());
    const before = await stock();
    const reserves = [...orders, orders[0]!].map((orderId) => ({
      pattern: 'inventory.reserve',
      data: reserve(orderId),
    }));
    const unknown = { pattern: 'inventory.fly', data: {} };
    const replies = await client.callTogether(inventory, [...reserves, unknown]);
    for (const reply of replies.slice(0, 13)) {
      expect(reply).toHaveProperty('response.status', 'ACTIVE');
    }
    expect(replies[13]).toEqual(rejection('UNKNOWN_PATTERN'));
    expect(await stock()).toBe(before - 24);
    const releases = orders.map((orderId) => ({ pattern: 'inventory.release', data: { orderId } }));
    await client.callTogether(inventory, releases);
    expect(await stock()).toBe(before);
  });

  it('A12: a late reserve after release reserves nothing', async () => {
    const orderId = crypto.randomUUID();
    const before = await stock();
    expect(await client.call(inventory, 'inventory.release', { orderId })).toMatchObject({
      response: { success: true },
    });
    expect(await client.call(inventory, 'inventory.reserve', reserve(orderId))).toEqual(
      rejection('RESERVATION_RELEASED'),
    );
    expect(await stock()).toBe(before);
  });

  it('A12: a refund of an unknown order succeeds, and its later payment is refused', async () => {
    const orderId = crypto.randomUUID();
    expect(await client.call(payment, 'payment.refund', { orderId })).toMatchObject({
      response: { success: true },
    });
    expect(await client.call(payment, 'payment.process', { orderId, amount: '1.00' })).toEqual(
      rejection('PAYMENT_CANCELLED'),
    );
  });

  it('A12: a late create after cancel is refused', async () => {
    const orderId = crypto.randomUUID();
    await client.call(order, 'order.cancel', { orderId });
    expect(await client.call(order, 'order.create', create(orderId))).toEqual(
      rejection('ORDER_CANCELLED'),
    );
  });

  it('A12: the cancel of a CONFIRMED order is refused', async () => {
    const orderId = crypto.randomUUID();
    await client.call(order, 'order.create', create(orderId));
    await client.call(order, 'order.confirm', { orderId });
    expect(await client.call(order, 'order.cancel', { orderId })).toEqual(
      rejection('ALREADY_CONFIRMED'),
    );
    expect(await client.call(order, 'order.get', { orderId })).toMatchObject({
      response: { status: 'CONFIRMED' },
    });
  });

  it.each([
    ['not JSON', '{"pattern":', 'NOT_JSON', null],
    ['no packet', '42', 'NOT_A_PACKET', null],
    [
      'an unknown pattern',
      '{"pattern":"order.fold","data":{},"id":"1"}',
      'UNKNOWN_PATTERN',
      'order.fold',
    ],
    [
      'invalid data',
      '{"pattern":"order.get","data":{"orderId":7},"id":"1"}',
      'INVALID_DATA',
      'order.get',
    ],
  ])(
    'A18: %s becomes a dead letter with its reason and bytes, and delays no command behind it',
    async (_what, text, reason, pattern) => {
      const body = Buffer.from(text);
      await system.vhost!.publish(order, body);
      const answered = client.call(order, 'order.cancel', { orderId: crypto.randomUUID() });
      const dead = await takeDeadLetter(system, order);
      expect(dead).toEqual({ bytes: body, reason, pattern });
      expect(await answered).toMatchObject({ response: { success: true } });
    },
  );

  it('A18: a dead letter stays in its queue while the database is away, and is stored once it is back', async () => {
    const body = Buffer.from('not JSON');
    const { orchestrator: app } = system.apps;
    const name = new URL(system.databases.orchestrator.url).pathname.slice(1);
    const allow = (isAllowed: boolean) =>
      system.rows('orders', `ALTER DATABASE "${name}" ALLOW_CONNECTIONS ${isAllowed}`);
    await allow(false);
    try {
      const kill = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
      await system.rows('orders', kill, [name]);
      await system.vhost!.publish(order, body);
      await waitFor('it to be in its queue, which has no reader', async () => {
        const { messages, consumers } = (await system.vhost!.queue(deadLetterQueueOf(order)))!;
        return messages === 1 && consumers === 0;
      });
      expect((await app.dependencies()).text).toMatch(
        /"dead-letters":\{"status":"down","why":"order_commands\.dead: [^"]+/,
      );
    } finally {
      await allow(true);
    }
    expect(await takeDeadLetter(system, order)).toEqual({
      bytes: body,
      reason: 'NOT_JSON',
      pattern: null,
    });
    await system.ready();
    expect(await system.vhost!.queue(deadLetterQueueOf(order))).toMatchObject({ messages: 0 });
  });

  it('A18: a malformed command with a reply queue is answered too', async () => {
    expect(await client.call(inventory, 'inventory.reserve', { orderId: 'x' })).toEqual(
      rejection('MALFORMED_COMMAND'),
    );
    await takeDeadLetter(system, inventory);
  });
});
