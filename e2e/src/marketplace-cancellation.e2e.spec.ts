import { describe, expect, it } from '@jest/globals';
import { bankOf, sagasOf } from './cancelling.js';
import { Market, PAYS } from './marketplace.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

/** What is done with an order, one after another, and the stage that it then has. */
const WAY = [
  ['AWAITING_SELLER', () => Promise.resolve()],
  ['AWAITING_PAYMENT', (market, orderId) => market.act(orderId, 'confirm')],
  ['PAID', (market, orderId) => market.pay(orderId, PAYS)],
  ['PREPARING', (market, orderId) => market.act(orderId, 'prepare')],
  ['READY', (market, orderId) => market.act(orderId, 'ready')],
  ['FULFILLED', (market, orderId) => market.act(orderId, 'fulfil')],
] as const satisfies [string, (market: Market, orderId: string) => Promise<unknown>][];
type Stage = (typeof WAY)[number][0];

const IS_PAID: readonly Stage[] = ['PAID', 'PREPARING', 'READY'];
const REASON = { reason: 'changed my mind' };

describe('a cancellation of a marketplace order', () => {
  let system: System;
  let market: Market;
  withSystem({}, async (started) => {
    system = started;
    market = await Market.open(system, 50);
  });

  const orderAt = async (stage: Stage): Promise<string> => {
    const { body } = await market.place(1);
    for (const [name, act] of WAY) {
      await act(market, body.orderId);
      if (name === stage) break;
    }
    expect(await market.order(body.orderId)).toMatchObject({ stage });
    return body.orderId;
  };
  const cancel = (orderId: string, by: 'customer' | 'seller') =>
    market.post(`orders/${orderId}/cancel`, market[by], REASON);

  const takenBack = async (stage: Stage, by: 'customer' | 'seller'): Promise<void> => {
    const before = await market.stock();
    const orderId = await orderAt(stage);
    const cancelled = await cancel(orderId, by);
    expect(cancelled).toMatchObject({ status: 200, body: { orderId, stage: 'CANCELLED' } });
    expect(await market.order(orderId)).toMatchObject({ stage: 'CANCELLED', allowed: [] });
    expect(await market.stock()).toEqual(before);
    const times = IS_PAID.includes(stage) ? 1 : 0;
    expect(await market.charges(orderId)).toBe(times);
    expect((await bankOf(system, orderId)).refunds).toBe(times);
    expect(await sagasOf(system, orderId)).toEqual(['marketplace-order COMPENSATED']);
    const again = await cancel(orderId, by);
    expect(again).toMatchObject({ status: 200, replayed: true, body: { stage: 'CANCELLED' } });
  };

  it.each(['AWAITING_SELLER', 'AWAITING_PAYMENT', 'PAID'] as const)(
    'O16: by its customer while it is %s takes everything back, once',
    (stage) => takenBack(stage, 'customer'),
    300_000,
  );

  it.each(['AWAITING_SELLER', 'AWAITING_PAYMENT', 'PAID', 'PREPARING', 'READY'] as const)(
    'O16: by its seller while it is %s takes everything back, once',
    (stage) => takenBack(stage, 'seller'),
    300_000,
  );

  it.each([
    ['PREPARING', 'customer'],
    ['READY', 'customer'],
    ['FULFILLED', 'customer'],
    ['FULFILLED', 'seller'],
  ] as const)(
    'O16: of an order that is %s is refused to its %s, and changes nothing',
    async (stage, by) => {
      const orderId = await orderAt(stage);
      const { allowed } = await market.order(orderId);
      expect(allowed).not.toContain('cancel');
      const refused = await cancel(orderId, by);
      expect(refused).toMatchObject({
        status: 409,
        body: { code: 'ORDER_NOT_CANCELLABLE', stage, allowed: expect.any(Array) },
      });
      expect(await market.order(orderId)).toMatchObject({ stage });
      expect(await bankOf(system, orderId)).toMatchObject({ refunds: 0 });
      if (stage !== 'FULFILLED') await market.act(orderId, 'fulfil');
    },
    300_000,
  );

  it('leaves books that agree', () => system.expectReconciled(), 300_000);
});
