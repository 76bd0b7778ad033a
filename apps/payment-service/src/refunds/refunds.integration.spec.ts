import { metricsRegistry } from '@backstitch/service-kit';
import { Fault } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { RefundRequest, RefundState } from '../payment/intent-provider.js';
import { openPayment } from '../testing/open-payment.js';
import {
  newId,
  paymentFixture,
  sagaOf,
  verdict,
  type PaymentFixture,
} from '../testing/payment-fixture.js';
import { leaseUnsettledRefunds } from './refunds.sql.js';

let bank: PaymentFixture;

beforeAll(async () => {
  bank = await paymentFixture();
});

afterAll(async () => {
  expect(await bank.disagreements()).toEqual([]);
  await bank.close();
});

async function paidOrder() {
  const order = await openPayment(bank.replica());
  expect(verdict(await order.pay('k'))).toBe('yes');
  return order;
}

class Crash extends Error {}

describe('payment.return', () => {
  it('gives all back once under its id, 20 times at once on two replicas', async () => {
    const order = await paidOrder();
    const [refundId, replicas] = [newId(), [bank.replica(), bank.replica()]];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        order.giveBack(refundId, undefined, replicas[i % 2]!.refunds),
      ),
    );
    const { orderId } = order;
    const told = { orderId, refundId, amount: '59.98', currency: 'USD', status: 'SUCCEEDED' };
    expect(answers).toEqual(answers.map(() => told));
    expect(await bank.kept(orderId)).toBe(0);
    const row = { status: 'REFUNDED', refunded_amount: '59.98', refund_reserved: '59.98' };
    expect(await bank.row(orderId)).toMatchObject(row);
  });

  it('gives back equal parts under two ids, and then the rest', async () => {
    const order = await paidOrder();
    await order.giveBack(newId(), '10.00');
    await order.giveBack(newId(), '10.00');
    expect(await bank.row(order.orderId)).toMatchObject({
      status: 'SUCCESS',
      refunded_amount: '20.00',
    });
    expect(await bank.kept(order.orderId)).toBeCloseTo(39.98);
    expect(await order.giveBack(newId())).toMatchObject({ amount: '39.98' });
    expect(await bank.row(order.orderId)).toMatchObject({ status: 'REFUNDED' });
    expect(await order.giveBack(newId())).toEqual({ success: true });
    expect(await bank.kept(order.orderId)).toBe(0);
  });

  it('of 20 parts at once gives back no more than was paid', async () => {
    const order = await paidOrder();
    const refunds = [bank.replica().refunds, bank.replica().refunds];
    const told = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => order.giveBack(newId(), '10', refunds[i % 2])),
    );
    expect(told.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    for (const each of told) {
      if (each.status === 'fulfilled') continue;
      expect(each.reason).toMatchObject({ code: 'REFUND_EXCEEDS_PAYMENT', retryable: false });
    }
    expect(await bank.kept(order.orderId)).toBeCloseTo(9.98);
  });

  it('gives back a payment that a saga charged, too', async () => {
    const [orderId, refundId, saga] = [newId(), newId(), sagaOf(newId())];
    const { handler, refunds } = bank.replica();
    await handler.process({ orderId, amount: '12.30' }, saga);
    // Of the saga of the cancellation, not of the checkout.
    const answer = await refunds.giveBack({ orderId, refundId }, sagaOf(newId()));
    expect(answer).toMatchObject({ amount: '12.30', status: 'SUCCEEDED' });
    expect(await bank.row(orderId)).toMatchObject({ status: 'REFUNDED' });
  });

  it('of an unknown order, or one that is not paid, is a fault or gives nothing back', async () => {
    const { refunds } = bank.replica();
    await expect(refunds.giveBack({ orderId: newId(), refundId: newId() })).rejects.toMatchObject({
      code: 'PAYMENT_NOT_FOUND',
    });
    const order = await openPayment(bank.replica());
    await expect(order.giveBack(newId())).rejects.toMatchObject({ code: 'PAYMENT_UNSETTLED' });
    await order.close();
    expect(await order.giveBack(newId())).toEqual({ success: true });
  });

  it('under a used id for another order or amount is a fault', async () => {
    const [one, other, refundId] = [await paidOrder(), await paidOrder(), newId()];
    await one.giveBack(refundId, '5');
    const mismatch = { code: 'AMOUNT_MISMATCH', retryable: false };
    await expect(other.giveBack(refundId)).rejects.toMatchObject(mismatch);
    await expect(one.giveBack(refundId, '6')).rejects.toMatchObject(mismatch);
    expect(await bank.kept(one.orderId)).toBeCloseTo(54.98);
    expect(await bank.kept(other.orderId)).toBe(59.98);
  });

  it('and an undo exclude each other', async () => {
    const [returned, undone] = [await paidOrder(), await paidOrder()];
    await returned.giveBack(newId(), '5');
    await expect(returned.undo()).rejects.toMatchObject({ code: 'REFUND_EXCEEDS_PAYMENT' });
    expect(await bank.kept(returned.orderId)).toBeCloseTo(54.98);
    await undone.undo();
    expect(await undone.giveBack(newId())).toEqual({ success: true });
    expect(await bank.kept(undone.orderId)).toBe(0);
  });
});

describe('after a crash of a refund', () => {
  const POINTS = [
    'payment.after-refund-row-before-call',
    'payment.after-refund-call-before-outcome',
  ];

  it.each(POINTS)('at %s its repeat gives back once', async (point) => {
    const [order, refundId] = [await paidOrder(), newId()];
    await expect(order.giveBack(refundId, '5', dyingAt(point).refunds)).rejects.toThrow(Crash);
    expect(await order.giveBack(refundId, '5')).toMatchObject({ status: 'SUCCEEDED' });
    expect(await bank.kept(order.orderId)).toBeCloseTo(54.98);
  });

  it.each(POINTS)('at %s the recovery gives back once', async (point) => {
    const [order, refundId] = [await paidOrder(), newId()];
    await expect(order.giveBack(refundId, '5', dyingAt(point).refunds)).rejects.toThrow(Crash);
    await bank.query(`UPDATE refunds SET updated_at = updated_at - interval '2 minutes'`);
    expect(await bank.replica().attemptRecovery.settleOverdue()).toBe(1);
    expect(await bank.row(order.orderId)).toMatchObject({ refunded_amount: '5.00' });
    expect(await bank.kept(order.orderId)).toBeCloseTo(54.98);
  });

  function dyingAt(point: string) {
    return bank.replica({
      reached: (reached) => {
        if (reached === point) throw new Crash(point);
      },
    });
  }
});

describe('a provider that has not finished a refund', () => {
  it('is asked again under the same key, by the same id and by the recovery', async () => {
    const keys: string[] = [];
    const [order, refundId] = [await paidOrder(), newId()];
    const slow = bank.replica({
      betweenIntents: (real) => ({
        create: (request) => real.create(request),
        confirm: (ref) => real.confirm(ref),
        void: (ref) => real.void(ref),
        async refund(request: RefundRequest) {
          keys.push(request.key);
          if (keys.length > 2) return real.refund(request);
          if (keys.length > 1) return 'PENDING';
          throw new Fault('PROVIDER_UNAVAILABLE', 'away', true);
        },
      }),
    });
    await expect(order.giveBack(refundId, '5', slow.refunds)).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
    expect(await order.giveBack(refundId, '5', slow.refunds)).toMatchObject({ status: 'PENDING' });
    await bank.query(`UPDATE refunds SET updated_at = updated_at - interval '2 minutes'`);
    await slow.attemptRecovery.settleOverdue();
    expect(new Set(keys)).toEqual(new Set([`${refundId}:1`]));
    expect(await bank.row(order.orderId)).toMatchObject({ refunded_amount: '5.00' });
    expect(await bank.kept(order.orderId)).toBeCloseTo(54.98);
  });

  it('and then refuses it leaves it failed, and the saga is told', async () => {
    const [order, refundId] = [await paidOrder(), newId()];
    const refusing = bank.replica({
      betweenIntents: (real) => ({
        create: (request) => real.create(request),
        confirm: (ref) => real.confirm(ref),
        void: (ref) => real.void(ref),
        refund: () => Promise.resolve('FAILED'),
      }),
    });
    const failed = { code: 'REFUND_FAILED', retryable: false };
    const giving = order.giveBack(refundId, '5', refusing.refunds);
    await expect(giving).rejects.toMatchObject(failed);
    await expect(order.giveBack(refundId, '5')).rejects.toMatchObject(failed);
    expect(await bank.kept(order.orderId)).toBe(59.98);
  });

  it('and refuses it later is an alarm once, although no saga asks any more', async () => {
    const [order, refundId] = [await paidOrder(), newId()];
    const states: RefundState[] = ['PENDING', 'FAILED'];
    const late = bank.replica({
      betweenIntents: (real) => ({
        create: (request) => real.create(request),
        confirm: (ref) => real.confirm(ref),
        void: (ref) => real.void(ref),
        refund: () => Promise.resolve(states.shift()!),
      }),
    });
    expect(await order.giveBack(refundId, '5', late.refunds)).toMatchObject({ status: 'PENDING' });
    const before = await alarms();
    await bank.query(`UPDATE refunds SET updated_at = updated_at - interval '2 minutes'`);
    await late.attemptRecovery.settleOverdue();
    expect((await alarms()) - before).toBe(1);
    await expect(order.giveBack(refundId, '5')).rejects.toMatchObject({ code: 'REFUND_FAILED' });
    expect((await alarms()) - before).toBe(1);
  });

  it('is found by its key, also by a plan that was made while there were no refunds', async () => {
    const client = new pg.Client(bank.url);
    await client.connect();
    const { text } = leaseUnsettledRefunds({ limit: 50, olderThanSeconds: 60, leaseSeconds: 60 });
    const asServed = { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' };
    for (const [name, value] of Object.entries(asServed)) {
      await client.query(`SET ${name} = ${value}`);
    }
    await client.query('BEGIN');
    await client.query('TRUNCATE refunds');
    await client.query(`PREPARE lease (int, float8, float8) AS ${text}`);
    const explained = await client.query<Record<string, string>>(
      'EXPLAIN EXECUTE lease (50, 60, 60)',
    );
    await client.query('ROLLBACK');
    await client.end();
    const plan = explained.rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('Index Cond: (id = ANY');
    expect(plan).not.toContain('Join Filter');
  });

  async function alarms(): Promise<number> {
    const text = await metricsRegistry.metrics();
    return Number(/^payment_refunds_failed_total(?:\{.*\})? (\d+)$/m.exec(text)?.[1] ?? 0);
  }
});
