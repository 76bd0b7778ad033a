import { waitFor } from '@backstitch/testkit';
import { describe, expect, it } from '@jest/globals';
import { DECLINED, Market, PAYS } from './marketplace.js';
import { sagaLog } from './saga-log.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

describe('a marketplace order', () => {
  let system: System;
  let market: Market;
  withSystem({}, async (started) => {
    system = started;
    market = await Market.open(system, 10);
  });

  it('O10: of 2 in 10 makes 8 available when it is confirmed, and 8 on hand when it is fulfilled', async () => {
    const placed = await market.place(2);
    expect(placed).toMatchObject({ status: 201, body: { stage: 'AWAITING_SELLER' } });
    const { orderId, sagaId } = placed.body;
    const viewed = async () => {
      const url = `${system.gatewayUrl}/api/orders?view=marketplace`;
      const list = await fetch(url, { headers: market.customer.headers });
      const { orders } = (await list.json()) as { orders: { id: string; status: string }[] };
      return orders.find(({ id }) => id === orderId)?.status;
    };
    expect(await market.stock()).toEqual({ available: 10, onHand: 10 });
    expect(await viewed()).toBe('PENDING');
    const confirmed = await market.act(orderId, 'confirm');
    expect(confirmed).toMatchObject({ status: 200, body: { sagaId, stage: 'AWAITING_PAYMENT' } });
    expect(await market.stock()).toEqual({ available: 8, onHand: 10 });
    expect(await viewed()).toBe('CONFIRMED');
    expect(await market.pay(orderId, PAYS)).toMatchObject({ status: 200, body: { stage: 'PAID' } });
    expect(await viewed()).toBe('PAID');
    const fulfilled = await market.act(orderId, 'fulfil', { tracking: 'T-1' });
    expect(fulfilled).toMatchObject({ status: 200, body: { stage: 'FULFILLED' } });
    expect(await viewed()).toBe('FULFILLED');
    expect(await market.stock()).toEqual({ available: 8, onHand: 8 });
    expect(await market.charges(orderId)).toBe(1);
    const log = await sagaLog(system, sagaId);
    expect(log.filter((line) => line.endsWith('COMPLETED'))).toEqual([
      'ORDER_PLACED COMPLETED',
      'SELLER_DECIDES COMPLETED',
      'INVENTORY_RESERVED COMPLETED',
      'PAYMENT_OPENED COMPLETED',
      'ORDER_ACCEPTED COMPLETED',
      'CUSTOMER_PAYS COMPLETED',
      'PAYMENT_SETTLED COMPLETED',
      'HOLD_EXTENDED COMPLETED',
      'ORDER_PAID COMPLETED',
      'SELLER_STARTS COMPLETED',
      'INVENTORY_COMMITTED COMPLETED',
      'ORDER_FULFILLED COMPLETED',
    ]);
  }, 300_000);

  it('goes through all stages, and says what is allowed when something else is asked for', async () => {
    const { body } = await market.place(1);
    const { orderId } = body;
    expect(await market.act(orderId, 'ready')).toMatchObject({
      status: 409,
      body: {
        code: 'ORDER_STATE_CONFLICT',
        stage: 'AWAITING_SELLER',
        allowed: ['confirm', 'reject', 'cancel'],
      },
    });
    const early = await market.pay(orderId, PAYS);
    expect(early).toMatchObject({ status: 409, body: { code: 'ORDER_STATE_CONFLICT' } });
    await market.act(orderId, 'confirm');
    await market.pay(orderId, PAYS);
    for (const [act, stage] of [
      ['prepare', 'PREPARING'],
      ['ready', 'READY'],
      ['fulfil', 'FULFILLED'],
    ] as const) {
      expect(await market.act(orderId, act)).toMatchObject({ status: 200, body: { stage } });
      expect(await market.order(orderId)).toMatchObject({ stage });
    }
    expect(await market.act(orderId, 'fulfil')).toMatchObject({
      status: 409,
      body: { code: 'ORDER_STATE_CONFLICT', stage: 'FULFILLED', allowed: [] },
    });
  }, 300_000);

  it('O11: that is rejected is CANCELLED, with nothing held or charged', async () => {
    const before = await market.stock();
    const { body } = await market.place(1);
    const rejected = await market.act(body.orderId, 'reject', { reason: 'Closed' });
    expect(rejected).toMatchObject({ status: 200, body: { stage: 'CANCELLED' } });
    expect(await market.order(body.orderId)).toMatchObject({ status: 'CANCELLED' });
    expect(await market.stock()).toEqual(before);
    expect(await market.charges(body.orderId)).toBe(0);
  }, 300_000);

  it('O14: declined and then paid by another card is PAID, with two attempts and one charge', async () => {
    const orderId = await market.accepted();
    expect(await market.pay(orderId, DECLINED)).toMatchObject({
      status: 402,
      body: { code: 'PAYMENT_DECLINED', attemptsLeft: 2, declineCode: 'card_declined' },
    });
    expect(await market.pay(orderId, PAYS)).toMatchObject({ status: 200, body: { stage: 'PAID' } });
    const sql = 'SELECT number, status FROM payment_attempts WHERE order_id = $1 ORDER BY number';
    expect(await system.rows('payments', sql, [orderId])).toEqual([
      { number: 1, status: 'DECLINED' },
      { number: 2, status: 'SUCCEEDED' },
    ]);
    expect(await market.charges(orderId)).toBe(1);
    await market.act(orderId, 'fulfil');
  }, 300_000);

  it('O14: declined three times is CANCELLED, and its stock is back', async () => {
    const before = await market.stock();
    const orderId = await market.accepted();
    for (const attemptsLeft of [2, 1, 0]) {
      const declined = await market.pay(orderId, DECLINED);
      expect(declined).toMatchObject({ status: 402, body: { attemptsLeft } });
    }
    await waitFor('the order to be cancelled', async () => {
      return (await market.order(orderId)).stage === 'CANCELLED';
    });
    expect(await market.stock()).toEqual(before);
    const late = await market.pay(orderId, PAYS);
    expect(late).toMatchObject({ status: 409, body: { code: 'PAYMENT_CLOSED' } });
  }, 300_000);

  it('O15: paid twice at once has one charge, and the other request is a 409', async () => {
    const orderId = await market.accepted();
    const token = await market.token(PAYS);
    const both = await Promise.all(['a', 'b'].map((key) => market.payBy(orderId, token, key)));
    const statuses = both.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([200, 409]);
    expect(await market.charges(orderId)).toBe(1);
    await market.act(orderId, 'fulfil');
  }, 300_000);

  it('O18: confirmed twice by one key, also after a restart, is confirmed once with one answer', async () => {
    const { body } = await market.place(1, 'order-1');
    const { orderId, sagaId } = body;
    const again = await market.place(1, 'order-1');
    expect(again).toMatchObject({ status: 201, replayed: true, body });
    const key = 'confirm-1';
    const first = await market.act(orderId, 'confirm', undefined, key);
    const second = await market.act(orderId, 'confirm', undefined, key);
    expect([first.replayed, second.replayed]).toEqual([false, true]);
    await system.apps.orchestrator.stop();
    await system.restart('orchestrator');
    const third = await market.act(orderId, 'confirm', undefined, key);
    for (const { status, body: told } of [first, second, third]) {
      expect([status, told]).toEqual([200, { orderId, sagaId, stage: 'AWAITING_PAYMENT' }]);
    }
    const paid = await market.payBy(orderId, await market.token(PAYS), 'pay-once');
    const repaid = await market.payBy(orderId, await market.token(PAYS), 'pay-once');
    expect([paid.status, repaid.status]).toEqual([200, 200]);
    expect(await market.charges(orderId)).toBe(1);
    const log = await sagaLog(system, sagaId);
    expect(log.filter((line) => line === 'ORDER_ACCEPTED COMPLETED')).toHaveLength(1);
    await market.act(orderId, 'fulfil');
  }, 300_000);

  it('is PAID, too, when the orchestrator that let the customer pay told its saga nothing', async () => {
    const orderId = await market.accepted();
    const token = await market.token(PAYS);
    const sql = 'SELECT saga_id AS "sagaId" FROM saga_state WHERE order_id = $1';
    const [row] = await system.rows<{ sagaId: string }>('orchestrator', sql, [orderId]);
    const saga = { sagaId: row!.sagaId, step: 'CUSTOMER_PAYS', direction: 'do', attempt: 1 };
    const client = await system.queueClient();
    const data = { orderId, key: 'untold', token };
    const reply = await client.call('payment_commands', 'payment.pay', data, saga);
    expect(reply).toMatchObject({ response: { status: 'SUCCEEDED' } });
    await waitFor('the saga to be told', async () => {
      return (await market.order(orderId)).stage === 'PAID';
    });
    await market.act(orderId, 'fulfil');
  }, 300_000);

  it('of another seller or customer is not there', async () => {
    const orderId = await market.accepted();
    const other = await Market.open(system, 1);
    expect(await other.act(orderId, 'fulfil')).toMatchObject({ status: 404 });
    expect(await other.pay(orderId, PAYS)).toMatchObject({ status: 404 });
    expect(await market.post(`orders/${orderId}/confirm`, market.customer)).toMatchObject({
      status: 403,
    });
    const items = [{ productId: other.productId, quantity: 1, price: '4.50' }];
    const mixed = { sellerId: market.seller.caller, items };
    expect(await market.post('orders', market.customer, mixed)).toMatchObject({ status: 400 });
    await market.pay(orderId, PAYS);
    await market.act(orderId, 'fulfil');
  }, 300_000);

  it('leaves books that agree', () => system.expectReconciled(), 300_000);
});

describe('a marketplace order whose people are silent', () => {
  let system: System;
  let market: Market;
  const appEnv = {
    orchestrator: {
      SELLER_DECIDES_MS: '20000',
      CUSTOMER_PAYS_MS: '5000',
      SELLER_FULFILS_MS: '5000',
      RESERVATION_GRACE_MS: '2000',
    },
  };
  withSystem({ appEnv }, async (started) => {
    system = started;
    market = await Market.open(system, 10);
  });

  const cancelled = (orderId: string) =>
    waitFor(
      `the order ${orderId} to be cancelled`,
      async () => (await market.order(orderId)).stage === 'CANCELLED',
      { timeoutMs: 120_000 },
    );

  it('O11: the seller: it is CANCELLED, with nothing held or charged', async () => {
    const { body } = await market.place(1);
    await cancelled(body.orderId);
    expect(await market.stock()).toEqual({ available: 10, onHand: 10 });
    expect(await market.charges(body.orderId)).toBe(0);
    expect(await market.act(body.orderId, 'confirm')).toMatchObject({
      status: 409,
      body: { stage: 'CANCELLED' },
    });
  }, 300_000);

  it('O12: the customer: its stock is back, and a later payment is 409 PAYMENT_CLOSED', async () => {
    const orderId = await market.accepted(2);
    expect(await market.stock()).toEqual({ available: 8, onHand: 10 });
    await cancelled(orderId);
    expect(await market.stock()).toEqual({ available: 10, onHand: 10 });
    const late = await market.pay(orderId, PAYS);
    expect(late).toMatchObject({ status: 409, body: { code: 'PAYMENT_CLOSED' } });
    expect(await market.charges(orderId)).toBe(0);
  }, 300_000);

  it('the seller, after it was paid: its money and its stock are given back', async () => {
    const orderId = await market.paid(2);
    await cancelled(orderId);
    expect(await market.stock()).toEqual({ available: 10, onHand: 10 });
    const sql = 'SELECT status FROM payments WHERE order_id = $1';
    expect(await system.rows('payments', sql, [orderId])).toEqual([{ status: 'REFUNDED' }]);
  }, 300_000);

  it('leaves books that agree', () => system.expectReconciled(), 300_000);
});
