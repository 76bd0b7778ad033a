import { describe, expect, it } from '@jest/globals';
import { COMMAND_QUEUES } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { rowCounts } from './hostile/system-watch.js';
import { completed, failed, orderRows, product, sagaLog } from './saga-log.js';
import { checkout, get, limited, LIMITED, mouse, MOUSE, post } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

const UUID = expect.stringMatching(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
const FORWARD = [
  'ORDER_CREATED',
  'INVENTORY_RESERVED',
  'PAYMENT_PROCESSED',
  'INVENTORY_COMMITTED',
  'ORDER_CONFIRMED',
];

describe('one checkout', () => {
  let system: System;
  let gateway: string;
  withSystem({}, (started) => {
    system = started;
    gateway = system.gatewayUrl;
  });

  it('A4: the happy path ends CONFIRMED, paid and sold, with ten log rows in order', async () => {
    const before = await product(system, MOUSE);
    const answer = await checkout(gateway, [mouse(2)], { userId: 'user-123' });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      success: true,
      orderId: UUID,
      sagaId: UUID,
      message: 'Order placed successfully',
    });
    const { orderId, sagaId } = answer.body;
    expect(await orderRows(system, orderId)).toEqual({
      order: {
        status: 'CONFIRMED',
        saga_state: 'ORDER_CONFIRMED',
        user_id: 'user-123',
        total_amount: '59.98',
      },
      reservation: { status: 'CONSUMED' },
      payments: [{ status: 'SUCCESS', amount: '59.98' }],
      saga: { current_step: 'COMPLETED', status: 'DONE' },
    });
    const items = await system.rows(
      'orders',
      'SELECT product_id, quantity, price_at_purchase FROM order_items WHERE order_id = $1',
      [orderId],
    );
    expect(items).toEqual([{ product_id: MOUSE, quantity: 2, price_at_purchase: '29.99' }]);
    expect((await product(system, MOUSE)).stock_quantity).toBe(before.stock_quantity - 2);
    expect(await sagaLog(system, sagaId)).toEqual(completed(...FORWARD));
    for (const queue of Object.values(COMMAND_QUEUES)) {
      expect(await system.vhost!.queue(queue)).toEqual({ messages: 0, consumers: 1 });
    }
  });

  it('A5: insufficient stock is 409 with the numbers, and leaves stock untouched', async () => {
    const before = await product(system, LIMITED);
    const answer = await checkout(gateway, [limited(10)]);
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ success: false, code: 'INSUFFICIENT_STOCK' });
    for (const part of [LIMITED, '5', '10']) expect(answer.body.detail).toContain(part);
    const { orderId, sagaId } = answer.body;
    expect(await orderRows(system, orderId)).toEqual({
      order: expect.objectContaining({ status: 'CANCELLED', saga_state: 'COMPENSATED' }),
      reservation: { status: 'REJECTED' },
      payments: [],
      saga: { current_step: 'COMPENSATED', status: 'COMPENSATED' },
    });
    expect(await product(system, LIMITED)).toEqual(before);
    expect(await sagaLog(system, sagaId)).toEqual([
      ...completed('ORDER_CREATED'),
      ...failed('INVENTORY_RESERVED'),
      ...completed('CANCEL_ORDER'),
    ]);
    const [reason] = await system.rows<{ data: unknown }>(
      'orchestrator',
      `SELECT data FROM saga_logs WHERE saga_id = $1 AND status = 'FAILED'`,
      [sagaId],
    );
    expect(JSON.stringify(reason)).toContain('INSUFFICIENT_STOCK');
  });

  it('A8: several lines are one order; a refused line leaves the others untouched', async () => {
    const both = await checkout(gateway, [mouse(1), limited(1)]);
    expect(both.status).toBe(200);
    expect((await orderRows(system, both.body.orderId)).order?.total_amount).toBe('49.98');

    const before = await product(system, MOUSE);
    expect((await checkout(gateway, [mouse(1), limited(99)])).status).toBe(409);
    expect(await product(system, MOUSE)).toEqual(before);

    const { stock_quantity: left } = await product(system, LIMITED);
    const summed = await checkout(gateway, [limited(left), limited(1)]);
    expect(summed.status).toBe(409);
    expect(summed.body.detail).toContain(String(left + 1));
  });

  it('A9: the catalogue price is the price; a claimed one that differs charges nothing', async () => {
    const changed = await checkout(gateway, [mouse(1, '0.01')]);
    expect(changed.status).toBe(409);
    expect(changed.body.code).toBe('PRICE_CHANGED');
    for (const price of ['0.01', '29.99']) expect(JSON.stringify(changed.body)).toContain(price);
    const rows = await orderRows(system, changed.body.orderId);
    expect(rows.payments).toEqual([]);
    expect(rows.reservation?.status).toBe('REJECTED');

    const unknownId = '11111111-1111-4111-8111-111111111111';
    const unknown = await checkout(gateway, [{ productId: unknownId, quantity: 1, price: '1.00' }]);
    expect(unknown.status).toBe(404);
    expect((await orderRows(system, unknown.body.orderId)).order?.status).toBe('CANCELLED');
  });

  it.each<[string, string, unknown]>([
    ['userId', 'no user', { items: [mouse(1)] }],
    ['userId', 'a control character', { userId: 'a\u0000b', items: [mouse(1)] }],
    ['userId', '101 characters', { userId: 'x'.repeat(101), items: [mouse(1)] }],
    ['colour', 'an unknown property', { userId: 'u', items: [mouse(1)], colour: 'red' }],
    ['items', 'no items', { userId: 'u', items: [] }],
    ['items', '30 KB of items', { userId: 'u', items: Array<unknown>(300).fill(mouse(1)) }],
    ['items.0.quantity', 'quantity 0', { userId: 'u', items: [mouse(0)] }],
    ['items.0.quantity', 'quantity 1.5', { userId: 'u', items: [mouse(1.5)] }],
    ['items.0.quantity', 'quantity 1001', { userId: 'u', items: [mouse(1001)] }],
    ['items.0.quantity', 'quantity "2"', { userId: 'u', items: [{ ...mouse(1), quantity: '2' }] }],
    ['items.0.price', 'price 1e3', { userId: 'u', items: [mouse(1, '1e3')] }],
    ['items.0.price', 'price -1', { userId: 'u', items: [mouse(1, '-1')] }],
    ['items.0.price', 'price 29.999', { userId: 'u', items: [mouse(1, '29.999')] }],
    ['items.0.productId', 'no id', { userId: 'u', items: [{ ...mouse(1), productId: 'x' }] }],
    ['items.1.price', 'two prices', { userId: 'u', items: [mouse(1), mouse(1, '1.00')] }],
  ])(
    'A10: names the field %s of a request with %s, and does nothing',
    async (field, _what, body) => {
      const before = await rowCounts(system);
      const answer = await post(gateway, JSON.stringify(body));
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.body.errors?.map((error) => error.field)).toContain(field);
      expect(await rowCounts(system)).toEqual(before);
    },
  );

  it.each([
    ['invalid JSON', '{"userId":', {}],
    ['an array', '[]', {}],
    ['the wrong content type', 'userId=1', { 'content-type': 'text/plain' }],
    ['no body', '', {}],
  ])('A10: answers %s with 400, and does nothing', async (_what, body, headers) => {
    const before = await rowCounts(system);
    const answer = await post(gateway, body, headers);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ success: false, statusCode: 400 });
    expect(await rowCounts(system)).toEqual(before);
  });

  it('A14: an order and its saga can be queried, and show the same as SQL', async () => {
    const { body } = await checkout(gateway, [mouse(1)], { userId: 'looker' });
    const order = await get(gateway, `/api/checkout/orders/${body.orderId}`);
    expect(order.status).toBe(200);
    expect(order.body).toEqual({
      id: body.orderId,
      userId: 'looker',
      totalAmount: '29.99',
      currency: 'USD',
      status: 'CONFIRMED',
      sagaState: 'ORDER_CONFIRMED',
      sagaId: body.sagaId,
      items: [{ productId: MOUSE, quantity: 1, priceAtPurchase: '29.99' }],
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    const saga = await get(gateway, `/api/sagas/${body.sagaId}`);
    expect(saga.status).toBe(200);
    expect(saga.body).toMatchObject({ sagaId: body.sagaId, orderId: body.orderId, status: 'DONE' });
    const log = saga.body['log'] as { step: string; status: string }[];
    expect(log.map((row) => `${row.step} ${row.status}`)).toEqual(
      await sagaLog(system, body.sagaId),
    );
    for (const path of ['/api/checkout/orders', '/api/sagas']) {
      expect((await get(gateway, `${path}/${crypto.randomUUID()}`)).status).toBe(404);
      expect((await get(gateway, `${path}/not-a-uuid`)).status).toBe(400);
    }
  });

  it('shows the catalogue with available stock, and its own documentation', async () => {
    const products = await get(gateway, '/api/products');
    expect(products.status).toBe(200);
    expect(JSON.stringify(products.body)).toContain(MOUSE);
    const docs = await fetch(`${gateway}/api/docs`);
    expect(docs.status).toBe(200);
  });

  it('answers 202 at once with Location when asked to, and the saga ends all the same', async () => {
    const headers = { prefer: 'respond-async' };
    const answer = await checkout(gateway, [mouse(1)], { headers });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/api/sagas/${answer.body.sagaId}`);
    await waitFor('the saga to end', async () => {
      const { body } = await get(gateway, `/api/sagas/${answer.body.sagaId}`);
      return body['status'] === 'DONE';
    });
  });

  it('one grep for the request id shows the checkout across all five apps', async () => {
    const clientRequestId = `grep-${crypto.randomUUID()}`;
    const headers = { 'x-request-id': clientRequestId };
    const answer = await checkout(gateway, [mouse(1)], { headers });
    const requestId = answer.headers.get('x-request-id')!;
    expect(requestId).not.toBe(clientRequestId);
    // identity-service takes no part in a checkout.
    const { 'identity-service': _issuer, ...apps } = system.apps;
    for (const app of Object.values(apps)) {
      const line = await waitFor(`a line of ${app.app}`, () =>
        app.lines.find((text) => text.includes(requestId)),
      );
      expect(JSON.parse(line)).toMatchObject({
        requestId,
        sagaId: answer.body.sagaId,
        orderId: answer.body.orderId,
      });
    }
    const { lines } = system.apps['api-gateway'];
    const named = lines.find((text) => text.includes(clientRequestId));
    expect(JSON.parse(named!)).toMatchObject({ requestId, clientRequestId });
  });
});
