import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openPayment } from '../testing/open-payment.js';
import {
  newId,
  paymentFixture,
  sagaOf,
  verdict,
  type PaymentFixture,
} from '../testing/payment-fixture.js';

let bank: PaymentFixture;
let replicas: ReturnType<PaymentFixture['replica']>[];

beforeAll(async () => {
  bank = await paymentFixture();
  replicas = [bank.replica(), bank.replica()];
});

afterAll(async () => {
  expect(await bank.disagreements()).toEqual([]);
  await bank.close();
});

const opened = (options?: Parameters<typeof openPayment>[1]) => openPayment(replicas[0]!, options);
const past = new Date(Date.now() - 60_000).toISOString();

describe('payment.open', () => {
  it('opens the payment of an order once and answers alike, 20 times at once', async () => {
    const { orderId, opening, saga, answer } = await opened();
    const again = await Promise.all(
      Array.from({ length: 20 }, (_, i) => replicas[i % 2]!.attempts.open(opening, saga)),
    );
    expect(new Set([answer, ...again].map((each) => JSON.stringify(each))).size).toBe(1);
    expect(answer).toMatchObject({ orderId, amount: '59.98', status: 'PENDING', attemptsMax: 3 });
    expect(await bank.row(orderId)).toMatchObject({ flow: 'OPEN', provider_key: null });
  });

  it('of an order whose payment was undone before is rejected', async () => {
    const [orderId, saga] = [newId(), sagaOf(newId())];
    await replicas[0]!.handler.refund({ orderId }, saga);
    const opening = { orderId, amount: '5', payBy: past, attemptsMax: 3 };
    expect(verdict(await replicas[0]!.attempts.open(opening, saga))).toBe('PAYMENT_CANCELLED');
  });

  it('with another amount, or of another saga, or of a processed payment is a fault', async () => {
    const { opening, saga, orderId } = await opened();
    const { attempts, handler } = replicas[0]!;
    await expect(attempts.open({ ...opening, amount: '1' }, saga)).rejects.toMatchObject({
      code: 'AMOUNT_MISMATCH',
    });
    await expect(attempts.open(opening, sagaOf(newId()))).rejects.toMatchObject({
      code: 'WRONG_SAGA',
    });
    const processed = newId();
    await handler.process({ orderId: processed, amount: '59.98' });
    await expect(attempts.open({ ...opening, orderId: processed })).rejects.toMatchObject({
      code: 'WRONG_FLOW',
    });
    await expect(handler.process({ orderId, amount: '59.98' }, saga)).rejects.toMatchObject({
      code: 'WRONG_FLOW',
    });
  });
});

describe('payment.pay', () => {
  it('charges once under one key, 20 times at once on two replicas', async () => {
    const order = await opened();
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => order.pay('one', '4242', replicas[i % 2]!.attempts)),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    expect(await order.pay('one')).toMatchObject({ status: 'SUCCEEDED', number: 1, last4: '4242' });
    expect(await bank.kept(order.orderId)).toBe(59.98);
    expect(await bank.row(order.orderId)).toMatchObject({ status: 'SUCCESS' });
    const [attempt] = await bank.attemptsOf(order.orderId);
    expect(attempt).toMatchObject({ brand: 'visa', fee: '2.04', status: 'SUCCEEDED' });
  });

  it('twice at once with two cards charges one, and refuses the other for ever', async () => {
    const order = await opened();
    const pays = await Promise.all(
      ['a', 'b', 'c', 'd'].map((key, i) => order.pay(key, '4242', replicas[i % 2]!.attempts)),
    );
    const told = pays.map(verdict);
    expect(told.filter((each) => each === 'yes')).toHaveLength(1);
    for (const each of told.filter((one) => one !== 'yes')) {
      expect(['PAYMENT_IN_PROGRESS', 'PAYMENT_CLOSED']).toContain(each);
    }
    const again = await Promise.all(['a', 'b', 'c', 'd'].map((key) => order.pay(key)));
    expect(again).toEqual(pays);
    expect(await bank.kept(order.orderId)).toBe(59.98);
  });

  it('after a declined card takes another one, and charges once', async () => {
    const order = await opened();
    expect(await order.pay('first', '9995')).toMatchObject({
      code: 'PAYMENT_DECLINED',
      details: { declineCode: 'insufficient_funds', attemptsLeft: 2 },
    });
    expect(await order.pay('second', '4242')).toMatchObject({ status: 'SUCCEEDED', number: 2 });
    expect(await order.pay('first', '4242')).toMatchObject({
      code: 'PAYMENT_DECLINED',
      details: { attemptsLeft: 2 },
    });
    expect(await bank.kept(order.orderId)).toBe(59.98);
  });

  it('is refused when all attempts are used, and closing then says declined', async () => {
    const order = await opened({ attemptsMax: 2 });
    for (const key of ['1', '2'])
      expect(verdict(await order.pay(key, '0002'))).toBe('PAYMENT_DECLINED');
    expect(verdict(await order.pay('3', '4242'))).toBe('PAYMENT_CLOSED');
    expect(verdict(await order.close())).toBe('PAYMENT_DECLINED');
    expect(await bank.kept(order.orderId)).toBe(0);
  });

  it('is refused after the time to pay, and of an order without a payment', async () => {
    const order = await opened({ payBy: past });
    expect(verdict(await order.pay('late'))).toBe('PAYMENT_CLOSED');
    expect(await bank.attemptsOf(order.orderId)).toMatchObject([{ status: 'REFUSED' }]);
    const unknown = { orderId: newId(), key: 'k', token: 'tok_visa_4242_0123456789abcdef' };
    expect(verdict(await replicas[0]!.attempts.pay(unknown))).toBe('PAYMENT_CLOSED');
  });

  it('whose answer is lost is charged once by its repeat', async () => {
    const order = await opened();
    await expect(order.pay('k', '0341')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    expect(await bank.row(order.orderId)).toMatchObject({ status: 'PENDING' });
    expect(verdict(await order.pay('other', '4242'))).toBe('PAYMENT_IN_PROGRESS');
    expect(verdict(await order.pay('k', '0341'))).toBe('yes');
    // The refusal stays what it was, although the order is paid now.
    expect(verdict(await order.pay('other', '4242'))).toBe('PAYMENT_IN_PROGRESS');
    expect(await bank.kept(order.orderId)).toBe(59.98);
  });
});

describe('payment.close', () => {
  it('of a paid payment is done, and of an unpaid one stores that it was not made', async () => {
    const [paid, unpaid] = [await opened(), await opened()];
    await paid.pay('k');
    expect(await paid.close()).toMatchObject({ status: 'SUCCESS' });
    expect(await paid.close()).toEqual(await paid.close());
    expect(verdict(await unpaid.close())).toBe('PAYMENT_NOT_MADE');
    expect(verdict(await unpaid.pay('late'))).toBe('PAYMENT_CLOSED');
    expect(verdict(await unpaid.close())).toBe('PAYMENT_NOT_MADE');
    expect(await bank.row(unpaid.orderId)).toMatchObject({ status: 'FAILED' });
    expect(await bank.kept(unpaid.orderId)).toBe(0);
  });

  it('settles an attempt whose answer was lost: the order is paid', async () => {
    const order = await opened();
    await expect(order.pay('k', '0341')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    expect(await order.close(replicas[0]!.attempts)).toMatchObject({ status: 'SUCCESS' });
    expect(await bank.kept(order.orderId)).toBe(59.98);
  });

  it('of an order without a payment is a retryable fault', async () => {
    const closing = replicas[0]!.attempts.close({ orderId: newId() });
    await expect(closing).rejects.toMatchObject({ code: 'PAYMENT_NOT_FOUND', retryable: true });
  });

  it('and a payment at once: paid and done, or never charged, 50 times', async () => {
    const orders = await Promise.all(Array.from({ length: 50 }, () => opened()));
    await Promise.all(
      orders.map(async (order, i) => {
        const pay = order.pay('k', '4242', replicas[i % 2]!.attempts).catch(unlessUnsettled);
        await Promise.all([pay, order.close(replicas[1]!.attempts).catch(unlessUnsettled)]);
        const closed = verdict(await order.close());
        const paid = verdict(await order.pay('k'));
        expect([closed, paid]).toEqual(
          closed === 'yes' ? ['yes', 'yes'] : ['PAYMENT_NOT_MADE', 'PAYMENT_CLOSED'],
        );
        expect(await bank.kept(order.orderId)).toBe(closed === 'yes' ? 59.98 : 0);
      }),
    );
  });
});

describe('payment.refund of an opened payment', () => {
  it.each([
    ['unpaid', [], 'CANCELLED'],
    ['declined', ['0002'], 'CANCELLED'],
    ['paid', ['4242'], 'REFUNDED'],
  ])('that is %s keeps no money, and no attempt follows', async (_state, cards, status) => {
    const order = await opened();
    for (const card of cards) await order.pay(card, card);
    expect(await order.undo()).toEqual({ success: true });
    expect(await bank.row(order.orderId)).toMatchObject({ status });
    expect(verdict(await order.pay('late'))).toBe('PAYMENT_CLOSED');
    expect(verdict(await order.close())).toBe('PAYMENT_CANCELLED');
    expect(await bank.kept(order.orderId)).toBe(0);
  });

  it('gives back an attempt that was charged without an answer', async () => {
    const order = await opened();
    await expect(order.pay('k', '0341')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    await order.undo();
    expect(await bank.row(order.orderId)).toMatchObject({ status: 'REFUNDED' });
    expect(await bank.kept(order.orderId)).toBe(0);
  });

  it('and a payment at once keep no money, 30 times', async () => {
    const orders = await Promise.all(Array.from({ length: 30 }, () => opened()));
    await Promise.all(
      orders.map(async (order, i) => {
        const pay = order.pay('k', '4242', replicas[i % 2]!.attempts).catch(unlessUnsettled);
        await Promise.all([pay, order.undo(replicas[1]!.handler).catch(unlessUnsettled)]);
        await order.undo();
        expect(await bank.kept(order.orderId)).toBe(0);
      }),
    );
  });
});

function unlessUnsettled(error: unknown): object {
  if ((error as { code?: string }).code !== 'PAYMENT_UNSETTLED') throw error;
  return {};
}
