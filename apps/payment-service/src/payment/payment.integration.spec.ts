import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { metricsRegistry } from '@backstitch/service-kit';
import { STORED_FOR_VOIDED } from '../bank/bank.sql.js';
import {
  cardOf,
  keyOf,
  newId,
  paymentFixture,
  sagaOf,
  verdict,
  type PaymentFixture,
} from '../testing/payment-fixture.js';

let bank: PaymentFixture;
let approving: ReturnType<PaymentFixture['replica']>[];

beforeAll(async () => {
  bank = await paymentFixture();
  approving = [bank.replica(), bank.replica()];
});

afterAll(async () => {
  expect(await bank.disagreements()).toEqual([]);
  await bank.close();
});

/** 20 times at once, half of them on another replica. */
function twentyTimes<T>(act: (handler: (typeof approving)[0]['handler']) => Promise<T>) {
  return Promise.all(Array.from({ length: 20 }, (_, i) => act(approving[i % 2]!.handler)));
}

async function paid(amount = '59.98') {
  const [orderId, sagaId] = [newId(), newId()];
  const answer = await approving[0]!.handler.process({ orderId, amount }, sagaOf(sagaId));
  return { orderId, sagaId, answer };
}

describe('payment.process', () => {
  it('charges once and answers alike, 20 times at once on two replicas', async () => {
    const [orderId, sagaId] = [newId(), newId()];
    const answers = await twentyTimes((each) =>
      each.process({ orderId, amount: '59.98' }, sagaOf(sagaId)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ orderId, amount: '59.98', currency: 'USD' });
    expect(await bank.row(orderId)).toMatchObject({ status: 'SUCCESS', amount: '59.98' });
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: 'APPROVED', refunds: 0 });
  });

  it('declined once stays declined, although the bank would now approve', async () => {
    const [orderId, sagaId] = [newId(), newId()];
    const declining = bank.replica({ failureRate: 1 });
    const command = { orderId, amount: '10.00' };
    const first = await declining.handler.process(command, sagaOf(sagaId));
    const answers = await twentyTimes((each) => each.process(command, sagaOf(sagaId)));
    expect([first, ...answers].map(verdict)).toEqual(Array(21).fill('PAYMENT_DECLINED'));
    expect(new Set([first, ...answers].map((each) => JSON.stringify(each))).size).toBe(1);
    await approving[0]!.handler.refund({ orderId }, sagaOf(sagaId));
    expect(await bank.row(orderId)).toMatchObject({ status: 'FAILED' });
  });

  it('without a saga is keyed by its order', async () => {
    const orderId = newId();
    await twentyTimes((each) => each.process({ orderId, amount: '1' }));
    expect(await bank.bankOf(orderId)).toEqual({ decision: 'APPROVED', refunds: 0 });
  });

  it('of another amount for the same order is a fault that no retry cures', async () => {
    const { orderId, sagaId } = await paid('59.98');
    await expect(
      approving[0]!.handler.process({ orderId, amount: '59.99' }, sagaOf(sagaId)),
    ).rejects.toMatchObject({ code: 'AMOUNT_MISMATCH', retryable: false });
  });

  it.each(['0', '0.00', '1.999'])('of %s is malformed and leaves no row', async (amount) => {
    const orderId = newId();
    await expect(approving[0]!.handler.process({ orderId, amount })).rejects.toMatchObject({
      code: 'MALFORMED_COMMAND',
      retryable: false,
    });
    expect(await bank.row(orderId)).toBeUndefined();
  });

  it('declines the share of payments that it is told, and no others', async () => {
    const rolls = Array.from({ length: 20 }, (_, n) => n / 20);
    let rolled = 0;
    const failureRate = 0.25;
    const { handler } = bank.replica({ failureRate, trouble: { random: () => rolled } });
    const declined: number[] = [];
    for (rolled of rolls) {
      const orderId = newId();
      const told = verdict(await handler.process({ orderId, amount: '5' }));
      const isDeclined = told === 'PAYMENT_DECLINED';
      expect(await bank.row(orderId)).toMatchObject({ status: isDeclined ? 'FAILED' : 'SUCCESS' });
      if (isDeclined) declined.push(rolled);
    }
    expect(declined).toEqual(rolls.filter((roll) => roll < failureRate));
  });
});

describe('payment.process with a card', () => {
  const pay = (last4: string, replica = approving[0]!) => {
    const [orderId, sagaId] = [newId(), newId()];
    const command = { orderId, amount: '5.00', cardToken: cardOf(last4) };
    return { orderId, sagaId, ask: () => replica.handler.process(command, sagaOf(sagaId)) };
  };

  it('charges that card, and tells why it was declined', async () => {
    expect(verdict(await pay('4242').ask())).toBe('yes');
    const { orderId, ask } = pay('9995');
    expect(await ask()).toMatchObject({
      code: 'PAYMENT_DECLINED',
      details: { declineCode: 'insufficient_funds' },
    });
    expect(await bank.row(orderId)).toMatchObject({ status: 'FAILED', card_token: cardOf('9995') });
  });

  it('and payments without one, at once, are each charged as they ask', async () => {
    const orders = ['4242', '0002', undefined, '4242', undefined, '0002'].map((last4) =>
      last4 ? pay(last4) : { ask: () => paid().then(({ answer }) => answer) },
    );
    const told = (await Promise.all(orders.map(({ ask }) => ask()))).map(verdict);
    const no = 'PAYMENT_DECLINED';
    expect(told).toEqual(['yes', no, 'yes', 'yes', 'yes', no]);
  });

  it('whose answer is lost is declined or charged by that card when it is settled later', async () => {
    const { orderId, sagaId, ask } = pay('0002', bank.replica({ trouble: { errorRate: 1 } }));
    await expect(ask()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    await bank.age(orderId);
    await approving[0]!.recovery.settleOverdue();
    expect(await bank.row(orderId)).toMatchObject({ status: 'FAILED' });
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: 'DECLINED', refunds: 0 });
  });
});

describe('payment.process that the bank declines for the moment', () => {
  it('is a retryable fault, decides nothing, and may be charged or undone later', async () => {
    const soft = bank.replica({ trouble: { softDeclineRate: 1 } }).handler;
    const fault = { code: 'PAYMENT_SOFT_DECLINED', retryable: true };
    for (const then of ['charged', 'undone'] as const) {
      const [orderId, saga] = [newId(), sagaOf(newId())];
      const command = { orderId, amount: '5.00' };
      for (let n = 0; n < 2; n += 1) {
        await expect(soft.process(command, saga)).rejects.toMatchObject(fault);
      }
      expect(await bank.row(orderId)).toMatchObject({ status: 'PENDING' });
      const [{ handler }] = approving as [(typeof approving)[0]];
      if (then === 'charged') await handler.process(command, saga);
      else await handler.refund({ orderId }, saga);
      const status = then === 'charged' ? 'SUCCESS' : 'CANCELLED';
      expect(await bank.row(orderId)).toMatchObject({ status });
    }
  });
});

describe('payment.refund', () => {
  it('gives a payment back once, 20 times at once on two replicas', async () => {
    const { orderId, sagaId } = await paid();
    const answers = await twentyTimes((each) => each.refund({ orderId }, sagaOf(sagaId)));
    expect(answers).toEqual(answers.map(() => ({ success: true })));
    expect(await bank.row(orderId)).toMatchObject({ status: 'REFUNDED' });
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: 'APPROVED', refunds: 1 });
  });

  it('of an unknown order leaves a tombstone: a later payment is refused', async () => {
    const [orderId, sagaId] = [newId(), newId()];
    await twentyTimes((each) => each.refund({ orderId }, sagaOf(sagaId)));
    const late = await twentyTimes((each) =>
      each.process({ orderId, amount: '5.00' }, sagaOf(sagaId)),
    );
    expect(late.map(verdict)).toEqual(Array(20).fill('PAYMENT_CANCELLED'));
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: undefined, refunds: 0 });
  });

  it('makes a later payment of the order refused', async () => {
    const { orderId, sagaId } = await paid();
    await approving[0]!.handler.refund({ orderId }, sagaOf(sagaId));
    const again = await approving[1]!.handler.process({ orderId, amount: '59.98' }, sagaOf(sagaId));
    expect(verdict(again)).toBe('PAYMENT_CANCELLED');
  });

  it('and process of one order at once never keep money, whichever came first', async () => {
    const orders = Array.from({ length: 40 }, () => [newId(), newId()] as const);
    await Promise.all(
      orders.flatMap(([orderId, sagaId]) => [
        approving[0]!.handler
          .process({ orderId, amount: '5.00' }, sagaOf(sagaId))
          .catch(unlessUnsettled),
        approving[1]!.handler.refund({ orderId }, sagaOf(sagaId)),
      ]),
    );
    const kept = await bank.query(
      `SELECT * FROM payments WHERE order_id = ANY ($1) AND status NOT IN ('REFUNDED', 'CANCELLED')`,
      [orders.map(([orderId]) => orderId)],
    );
    expect(kept).toEqual([]);
  });

  function unlessUnsettled(error: unknown): void {
    if ((error as { code?: string }).code !== 'PAYMENT_UNSETTLED') throw error;
  }
});

describe('payment.get', () => {
  it('tells the payment as it stands', async () => {
    const { orderId, sagaId, answer } = await paid('12.30');
    expect(await approving[1]!.handler.get({ orderId })).toEqual(answer);
    await approving[0]!.handler.refund({ orderId }, sagaOf(sagaId));
    expect(await approving[1]!.handler.get({ orderId })).toMatchObject({ status: 'REFUNDED' });
    expect(verdict(await approving[1]!.handler.get({ orderId: newId() }))).toBe(
      'PAYMENT_NOT_FOUND',
    );
  });
});

describe('a payment of one saga', () => {
  it('answers no command of another saga, and changes nothing for it', async () => {
    const { orderId, sagaId } = await paid();
    const [{ handler }] = approving as [(typeof approving)[0]];
    const other = sagaOf(newId());
    const wrong = { code: 'WRONG_SAGA', retryable: false };
    await expect(handler.refund({ orderId }, other)).rejects.toMatchObject(wrong);
    await expect(handler.process({ orderId, amount: '59.98' }, other)).rejects.toMatchObject(wrong);
    expect(await bank.row(orderId)).toMatchObject({ status: 'SUCCESS', refund_requested: false });
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: 'APPROVED', refunds: 0 });
  });

  it('is not refunded by a command without a saga, and still is by its own', async () => {
    const { orderId, sagaId } = await paid();
    const [{ handler }] = approving as [(typeof approving)[0]];
    const refused = { code: 'ORDER_CONFIRMED', retryable: false };
    await expect(handler.refund({ orderId })).rejects.toMatchObject(refused);
    expect(await metricsRegistry.metrics()).toMatch(
      /^payment_refund_of_confirmed_total(\{.*\})? 1$/m,
    );
    expect(await bank.row(orderId)).toMatchObject({ status: 'SUCCESS', refund_requested: false });
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: 'APPROVED', refunds: 0 });
    await handler.refund({ orderId }, sagaOf(sagaId));
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: 'APPROVED', refunds: 1 });
    expect(await handler.refund({ orderId })).toEqual({ success: true });
  });

  it('that is still at the bank is not cancelled by a command without a saga', async () => {
    const [orderId, sagaId] = [newId(), newId()];
    const bankAway = bank.replica({ trouble: { errorRate: 1 } }).handler;
    const process = bankAway.process({ orderId, amount: '59.98' }, sagaOf(sagaId));
    await expect(process).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    const [{ handler }] = approving as [(typeof approving)[0]];
    await expect(handler.refund({ orderId })).rejects.toMatchObject({ code: 'WRONG_SAGA' });
    expect(await bank.row(orderId)).toMatchObject({ status: 'PENDING', refund_requested: false });
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: undefined, refunds: 0 });
    await handler.refund({ orderId }, sagaOf(sagaId));
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: STORED_FOR_VOIDED, refunds: 0 });
  });
});

describe('a payment that was made without a saga', () => {
  it('is refunded without one', async () => {
    const orderId = newId();
    const [{ handler }] = approving as [(typeof approving)[0]];
    await handler.process({ orderId, amount: '59.98' });
    await handler.refund({ orderId });
    expect(await bank.row(orderId)).toMatchObject({ status: 'REFUNDED' });
  });
});
