import { waitFor } from '@backstitch/testkit';
import { describe, expect, it } from '@jest/globals';
import { bankOf, cancel, sagasOf, stageOf } from './cancelling.js';
import { completed, product, sagaLog } from './saga-log.js';
import { checkout, mouse, MOUSE, newUser } from './shopper.js';
import type { System } from './system.js';
import { withIssuer } from './with-issuer.js';
import { withSystem } from './with-system.js';

const STEPS = ['CANCELLATION_ACCEPTED', 'MONEY_RETURNED', 'STOCK_RETURNED', 'CANCELLATION_DONE'];
const UUID = /^[0-9a-f-]{36}$/;

describe('a cancellation', () => {
  let system: System;
  const issuer = withIssuer();
  const appEnv = {
    get 'api-gateway'() {
      return issuer.appEnv['api-gateway'];
    },
    orchestrator: { CHECKOUT_WAIT_MS: '20000', BACKOFF_MAX_MS: '1000' },
  };
  withSystem({ appEnv, reconciledAfterMs: 30_000 }, async (started) => {
    system = started;
    await system.stock(200, MOUSE);
  });

  it('O1: of a CONFIRMED order gives back the money and the goods, once, and ends CANCELLED', async () => {
    const { body: placed } = await checkout(system.gatewayUrl, [mouse(2)]);
    const { orderId } = placed;
    expect((await product(system, MOUSE)).stock_quantity).toBe(198);
    const answer = await cancel(system.gatewayUrl, orderId);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        orderId,
        sagaId: expect.stringMatching(UUID),
        stage: 'CANCELLED',
        refund: { amount: '59.98', currency: 'USD', status: 'SUCCEEDED' },
      },
    });
    expect(answer.headers.get('idempotent-replayed')).toBeNull();
    expect(await sagaLog(system, answer.body.sagaId)).toEqual(completed(...STEPS));
    expect(await bankOf(system, orderId)).toEqual({ charges: 1, refunds: 1 });
    expect(await stageOf(system, orderId)).toBe('CANCELLED');
    expect((await product(system, MOUSE)).stock_quantity).toBe(200);
    const again = await cancel(system.gatewayUrl, orderId, { reason: 'really' });
    expect(again).toMatchObject({ status: 200, body: answer.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await bankOf(system, orderId)).toEqual({ charges: 1, refunds: 1 });
  }, 300_000);

  it('O2: with WRITE_OFF, by the shop only, leaves the stock as it is and records the loss', async () => {
    const { body } = await checkout(system.gatewayUrl, [mouse(2)]);
    const { orderId } = body;
    const before = (await product(system, MOUSE)).stock_quantity;
    const wish = { reason: 'broken', disposition: 'WRITE_OFF' } as const;
    expect((await cancel(system.gatewayUrl, orderId, wish)).status).toBe(403);
    const admin = await issuer.account(system, 'admin-1', ['admin']);
    expect(await admin.send('POST', `/orders/${orderId}/cancel`, wish)).toMatchObject({
      status: 200,
      body: { stage: 'CANCELLED' },
    });
    expect((await product(system, MOUSE)).stock_quantity).toBe(before);
    const ledger = await system.rows('inventory', WRITTEN_OFF, [MOUSE]);
    expect(ledger).toEqual([{ change: -2 }]);
    expect(await bankOf(system, orderId)).toEqual({ charges: 1, refunds: 1 });
  }, 300_000);

  it('of the order of another caller is answered as one that does not exist', async () => {
    const ana = await issuer.account(system, 'ana', ['customer']);
    const eve = await issuer.account(system, 'eve', ['customer', 'seller', 'operator']);
    const items = [mouse(1)];
    const placed = await ana.send('POST', '/checkout', { items });
    const path = `/orders/${String(placed.body['orderId'])}/cancel`;
    const unknown = `/orders/${crypto.randomUUID()}/cancel`;
    for (const there of [path, unknown]) {
      const refused = await eve.send('POST', there, { reason: 'mine' });
      expect(refused).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND' } });
    }
    const open = await cancel(system.gatewayUrl, String(placed.body['orderId']));
    expect(open.status).toBe(404);
    expect((await ana.send('POST', path, { reason: 'mine' })).status).toBe(200);
  }, 300_000);

  it('of an order that is being prepared is for the shop only, and of one that was handed over for no one', async () => {
    const { body } = await checkout(system.gatewayUrl, [mouse(1)]);
    const { orderId } = body;
    const admin = await issuer.account(system, 'admin-2', ['admin']);
    const move = (act: string, told = {}) => admin.send('POST', `/orders/${orderId}/${act}`, told);
    expect(await move('ready')).toMatchObject({
      status: 409,
      body: { code: 'ORDER_STATE_CONFLICT', stage: 'CONFIRMED' },
    });
    expect(await move('prepare')).toMatchObject({ status: 200, body: { stage: 'PREPARING' } });
    const refused = { status: 409, body: { code: 'ORDER_NOT_CANCELLABLE' } };
    expect(await cancel(system.gatewayUrl, orderId)).toMatchObject(refused);
    expect(await move('ready')).toMatchObject({ status: 200, body: { stage: 'READY' } });
    const given = { status: 200, body: { stage: 'FULFILLED' } };
    expect(await move('fulfil', { tracking: 'T-1' })).toMatchObject(given);
    expect(await move('fulfil', { tracking: 'T-1' })).toMatchObject(given);
    expect(await move('cancel', { reason: 'too late' })).toMatchObject(refused);
    expect(await sagasOf(system, orderId)).toEqual([
      'checkout DONE',
      'progress DONE',
      'progress DONE',
      'progress DONE',
    ]);
  }, 300_000);

  it.each([
    [{}, 'reason'],
    [{ reason: ' ' }, 'reason'],
    [{ reason: 'x'.repeat(501) }, 'reason'],
    [{ reason: 'x', disposition: 'BURN' }, 'disposition'],
    [{ reason: 'x', sellerId: 'me' }, 'sellerId'],
  ])('with the body %j is refused, and says what is wrong', async (body, field) => {
    const answer = await cancel(system.gatewayUrl, crypto.randomUUID(), body as { reason: string });
    expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect(JSON.stringify(answer.body.errors)).toContain(field);
  });

  it('O8: lets the same cart without a key be ordered anew at once, and the old key gets its old answer', async () => {
    const userId = newUser();
    const first = await checkout(system.gatewayUrl, [mouse(3)], { userId });
    expect((await cancel(system.gatewayUrl, first.body.orderId)).status).toBe(200);
    const second = await checkout(system.gatewayUrl, [mouse(3)], { userId });
    expect(second.status).toBe(200);
    expect(second.body.orderId).not.toBe(first.body.orderId);
    expect(second.headers.get('idempotent-replayed')).toBeNull();
    const key = crypto.randomUUID();
    const keyed = await checkout(system.gatewayUrl, [mouse(4)], { userId, key });
    expect((await cancel(system.gatewayUrl, keyed.body.orderId)).status).toBe(200);
    const replayed = await checkout(system.gatewayUrl, [mouse(4)], { userId, key });
    expect(replayed).toMatchObject({ status: 200, body: keyed.body });
    expect(replayed.headers.get('idempotent-replayed')).toBe('true');
  }, 300_000);

  it('O7: while the bank is away is CANCELLING, visible to its caller, and CANCELLED when it is back', async () => {
    const { body } = await checkout(system.gatewayUrl, [mouse(1)]);
    const { orderId } = body;
    await system.apps['payment-service'].stop();
    await system.restart('payment-service', { BANK_ERROR_RATE: '1' });
    await system.apps.orchestrator.stop();
    await system.restart('orchestrator', { CHECKOUT_WAIT_MS: '300' });
    const answer = await cancel(system.gatewayUrl, orderId);
    const { sagaId } = answer.body;
    expect(answer).toMatchObject({ status: 202, body: { stage: 'CANCELLING', refund: null } });
    expect(answer.headers.get('location')).toBe(`/api/sagas/${sagaId}`);
    await waitFor('the order to say so', async () => {
      const read = await fetch(`${system.gatewayUrl}/api/orders/${orderId}`);
      return ((await read.json()) as { stage: string }).stage === 'CANCELLING';
    });
    const read = await fetch(`${system.gatewayUrl}/api/sagas/${sagaId}`);
    expect(await read.json()).toMatchObject({ orderId, status: 'RUNNING' });
    expect((await cancel(system.gatewayUrl, orderId)).body).toMatchObject({ sagaId });
    await system.apps['payment-service'].stop();
    await system.restart('payment-service', { BANK_ERROR_RATE: '0' });
    await system.settled();
    expect(await stageOf(system, orderId)).toBe('CANCELLED');
    expect(await bankOf(system, orderId)).toEqual({ charges: 1, refunds: 1 });
    expect(await sagasOf(system, orderId)).toEqual(['checkout DONE', 'cancellation DONE']);
  }, 300_000);
});

const WRITTEN_OFF = `SELECT change FROM stock_ledger WHERE product_id = $1 AND kind = 'WRITE_OFF'`;
