import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  gate,
  keyOf,
  newId,
  paymentFixture,
  sagaOf,
  verdict,
  type PaymentFixture,
} from '../testing/payment-fixture.js';

let bank: PaymentFixture;

beforeAll(async () => {
  bank = await paymentFixture();
});

afterAll(async () => {
  const disagreements = await bank.disagreements();
  await bank.close();
  expect(disagreements).toEqual([]);
});

describe('a charge that the bank has not seen yet', () => {
  it('is no failed one: the recovery worker submits it, and the call on its way changes nothing', async () => {
    const [orderId, sagaId] = [newId(), newId()];
    const [underWay, release] = [gate(), gate()];
    const slow = bank.replica({
      between: (real) => ({
        cancel: (key) => real.cancel(key),
        async charge(request) {
          underWay.open();
          await release.opened;
          return real.charge(request);
        },
      }),
    });
    const command = { orderId, amount: '5.00' };
    const charging = slow.handler.process(command, sagaOf(sagaId)).catch((error: unknown) => error);
    await underWay.opened;
    await bank.age(orderId);
    expect(await bank.replica().recovery.settleOverdue()).toBe(1);
    expect(await bank.row(orderId)).toMatchObject({ status: 'SUCCESS' });
    release.open();
    expect(verdict((await charging) as object)).toBe('yes');
    expect(await bank.row(orderId)).toMatchObject({ status: 'SUCCESS' });
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: 'APPROVED', refunds: 0 });
  });
});
