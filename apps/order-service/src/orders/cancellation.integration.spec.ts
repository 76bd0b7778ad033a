import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newUuid } from '@backstitch/shared-types';
import { sagaTag } from '../testing/orders-database.js';
import {
  CANCELLATION,
  inWords,
  type StagedOrders,
  stagedOrders,
} from '../testing/staged-orders.js';
import { answerToStageChange } from './stage-change.js';

let shop: StagedOrders;

beforeAll(async () => {
  shop = await stagedOrders();
});
afterAll(() => shop.server.drop());

describe('the cancellation of a confirmed order', () => {
  // R116, O3
  it('is accepted once of 20 at once, and the others learn which saga won', async () => {
    const orderId = await shop.orderIn('CHECKOUT', 'CONFIRMED');
    const writes = Array.from({ length: 20 }, (_, nth) => ({
      command: 'begin-cancel' as const,
      target: 'CANCELLING' as const,
      orderId,
      cancellationId: newUuid(),
      role: nth % 3 === 0 ? ('seller' as const) : ('customer' as const),
    }));
    const results = await Promise.all(
      writes.map((write, nth) => (nth % 2 ? shop.stages : shop.replica).change(write)),
    );
    const winners = writes.filter((_, nth) => results[nth]!.moved);
    expect(winners).toHaveLength(1);
    const [{ cancellationId }] = winners as [(typeof writes)[number]];
    for (const [nth, write] of writes.entries()) {
      if (results[nth]!.moved) continue;
      const answer = answerToStageChange(write, results[nth]!.found);
      expect(answer).toMatchObject({
        code: 'ORDER_CANCELLED',
        details: { sagaId: cancellationId },
      });
    }
    expect((await shop.folded(orderId)).cancellationId).toBe(cancellationId);
  });

  // R116, O4
  it('or its fulfilment, 100 pairs at once: exactly one of each pair succeeds', async () => {
    const ended = { FULFILLED: 0, CANCELLING: 0 };
    for (let pair = 0; pair < 100; pair += 1) {
      const orderId = await shop.orderIn('CHECKOUT', 'CONFIRMED');
      const cancellationId = newUuid();
      const fulfil = { command: 'progress', target: 'FULFILLED', role: 'seller', orderId } as const;
      const cancel = {
        command: 'begin-cancel',
        target: 'CANCELLING',
        role: 'customer',
        cancellationId,
        orderId,
      } as const;
      const [first, second] = pair % 2 ? [shop.stages, shop.replica] : [shop.replica, shop.stages];
      const [given, cancelled] = await Promise.all([first.change(fulfil), second.change(cancel)]);
      expect(given.moved).toBe(!cancelled.moved);
      const { stage } = await shop.folded(orderId);
      expect(stage).toBe(given.moved ? 'FULFILLED' : 'CANCELLING');
      ended[stage as keyof typeof ended] += 1;
      const loser = given.moved
        ? inWords(answerToStageChange(cancel, cancelled.found))
        : inWords(answerToStageChange(fulfil, given.found));
      expect(loser).toBe(given.moved ? 'no: ORDER_NOT_CANCELLABLE' : 'no: ORDER_STATE_CONFLICT');
    }
    expect(ended.FULFILLED + ended.CANCELLING).toBe(100);
  });

  // R117
  it('of an order that is not decided is asked for again, and succeeds after the confirmation', async () => {
    const sagaId = newUuid();
    const orderId = await shop.orderIn('CHECKOUT', 'PLACED', sagaId);
    const cancellationId = newUuid();
    const command = { orderId, cancellationId, actorRole: 'customer' } as const;
    await expect(shop.handler.beginCancel(command, sagaTag(cancellationId))).rejects.toMatchObject({
      code: 'ORDER_PENDING',
      retryable: true,
    });
    await shop.orders.write({ change: 'confirm', orderId, sagaId });
    const done = { success: true };
    expect(await shop.handler.beginCancel(command, sagaTag(cancellationId))).toEqual(done);
    expect(await shop.handler.beginCancel(command, sagaTag(cancellationId))).toEqual(done);
    const end = { orderId, cancellationId };
    expect(await shop.handler.endCancel(end, sagaTag(cancellationId))).toEqual(done);
    expect(await shop.handler.endCancel(end, sagaTag(cancellationId))).toEqual(done);
    expect(await shop.handler.beginCancel(command, sagaTag(cancellationId))).toEqual(done);
    expect(await shop.folded(orderId)).toMatchObject({ stage: 'CANCELLED', version: 4 });
  });

  // R115, O9
  it('keeps a late repeat of the confirmation from turning its saga round', async () => {
    for (const stage of ['CANCELLING', 'CANCELLED'] as const) {
      const sagaId = newUuid();
      const orderId = await shop.orderIn('CHECKOUT', 'CANCELLING', sagaId);
      if (stage === 'CANCELLED') await shop.step(orderId, 'CHECKOUT', 'CANCELLED', sagaId);
      const { found } = await shop.orders.write({ change: 'confirm', orderId, sagaId });
      expect(found).toMatchObject({ stage, cancellationId: CANCELLATION });
      expect((await shop.folded(orderId)).stage).toBe(stage);
    }
  });

  // R118
  it('does not let another saga end it, nor the undo of a checkout cancel it', async () => {
    const sagaId = newUuid();
    const orderId = await shop.orderIn('CHECKOUT', 'CANCELLING', sagaId);
    await expect(
      shop.handler.endCancel({ orderId, cancellationId: newUuid() }, sagaTag(newUuid())),
    ).rejects.toMatchObject({ code: 'WRONG_SAGA', retryable: false });
    await shop.orders.write({ change: 'cancel', orderId, sagaId });
    expect((await shop.folded(orderId)).stage).toBe('CANCELLING');
  });
});
