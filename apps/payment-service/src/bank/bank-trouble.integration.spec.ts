import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { STORED_FOR_VOIDED } from './bank.sql.js';
import {
  keyOf,
  newId,
  paymentFixture,
  sagaOf,
  verdict,
  type PaymentFixture,
} from '../testing/payment-fixture.js';

let bank: PaymentFixture;
const UNAVAILABLE = { code: 'PROVIDER_UNAVAILABLE', retryable: true };

beforeAll(async () => {
  bank = await paymentFixture();
});

afterAll(async () => {
  expect(await bank.disagreements()).toEqual([]);
  await bank.close();
});

const newPayment = () => {
  const [orderId, sagaId] = [newId(), newId()];
  return {
    orderId,
    key: keyOf(sagaId),
    saga: sagaOf(sagaId),
    command: { orderId, amount: '5.00' },
  };
};

describe('a charge whose answer is lost', () => {
  const loses = { trouble: { lostAnswerRate: 1, answerTimeoutMs: 0 } };

  it('is settled under the same key by the repeats, to exactly one charge', async () => {
    const { orderId, key, saga, command } = newPayment();
    const { handler } = bank.replica(loses);
    for (let tries = 0; tries < 3; tries += 1) {
      await expect(handler.process(command, saga)).rejects.toMatchObject(UNAVAILABLE);
    }
    expect(await bank.row(orderId)).toMatchObject({ status: 'PENDING' });
    expect(await bank.bankOf(key)).toEqual({ decision: 'APPROVED', refunds: 0 });
    expect(verdict(await bank.replica().handler.process(command, saga))).toBe('yes');
    expect(await bank.row(orderId)).toMatchObject({ status: 'SUCCESS' });
    expect(await bank.bankOf(key)).toEqual({ decision: 'APPROVED', refunds: 0 });
  });

  it('and was declined stays declined', async () => {
    const { key, saga, command } = newPayment();
    const { handler } = bank.replica({ ...loses, failureRate: 1 });
    await expect(handler.process(command, saga)).rejects.toMatchObject(UNAVAILABLE);
    const answer = await bank.replica().handler.process(command, saga);
    expect(verdict(answer)).toBe('PAYMENT_DECLINED');
    expect(await bank.bankOf(key)).toEqual({ decision: 'DECLINED', refunds: 0 });
  });

  it('is given back by an undo, once, although the answers to the undo are lost too', async () => {
    const { orderId, key, saga, command } = newPayment();
    const { handler } = bank.replica(loses);
    await expect(handler.process(command, saga)).rejects.toMatchObject(UNAVAILABLE);
    for (let tries = 0; tries < 2; tries += 1) {
      await expect(handler.refund({ orderId }, saga)).rejects.toMatchObject(UNAVAILABLE);
    }
    expect(await bank.row(orderId)).toMatchObject({ status: 'PENDING', refund_requested: true });
    await bank.replica().handler.refund({ orderId }, saga);
    expect(await bank.row(orderId)).toMatchObject({ status: 'REFUNDED' });
    expect(await bank.bankOf(key)).toEqual({ decision: 'APPROVED', refunds: 1 });
  });
});

describe('a charge that the bank turns away', () => {
  it('is not made, is made by the next try, and can be undone instead', async () => {
    const [retried, undone] = [newPayment(), newPayment()];
    const { handler } = bank.replica({ trouble: { errorRate: 1 } });
    for (const { command, saga, key, orderId } of [retried, undone]) {
      await expect(handler.process(command, saga)).rejects.toMatchObject(UNAVAILABLE);
      expect(await bank.row(orderId)).toMatchObject({ status: 'PENDING' });
      expect(await bank.bankOf(key)).toEqual({ decision: undefined, refunds: 0 });
    }
    const well = bank.replica().handler;
    expect(verdict(await well.process(retried.command, retried.saga))).toBe('yes');
    await well.refund({ orderId: undone.orderId }, undone.saga);
    expect(await bank.bankOf(retried.key)).toEqual({ decision: 'APPROVED', refunds: 0 });
    expect(await bank.bankOf(undone.key)).toEqual({ decision: STORED_FOR_VOIDED, refunds: 0 });
  });
});
