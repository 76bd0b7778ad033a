import { Fault } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { STORED_FOR_VOIDED } from '../bank/bank.sql.js';
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
  expect(await bank.disagreements()).toEqual([]);
  await bank.close();
});

class Crash extends Error {}

/** A replica that dies at a fault point: nothing after it happens. */
function dyingAt(point: string, recoverAfterSeconds?: number) {
  return bank.replica({
    ...(recoverAfterSeconds === undefined ? {} : { recoverAfterSeconds }),
    reached: (reached) => {
      if (reached === point) throw new Crash(point);
    },
  });
}

const newPayment = () => {
  const [orderId, sagaId] = [newId(), newId()];
  return { orderId, sagaId, saga: sagaOf(sagaId), command: { orderId, amount: '5.00' } };
};

describe('after a crash', () => {
  it.each(['payment.after-intent-before-call', 'payment.after-call-before-outcome'])(
    'at %s a repeat charges no second time and succeeds',
    async (point) => {
      const { orderId, sagaId, saga, command } = newPayment();
      await expect(dyingAt(point).handler.process(command, saga)).rejects.toThrow(Crash);
      expect(await bank.row(orderId)).toMatchObject({ status: 'PENDING' });
      expect(verdict(await bank.replica().handler.process(command, saga))).toBe('yes');
      expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: 'APPROVED', refunds: 0 });
    },
  );

  it.each(['payment.after-intent-before-call', 'payment.after-call-before-outcome'])(
    'at %s an undo leaves no money kept, and the charge can never happen again',
    async (point) => {
      const { orderId, sagaId, saga, command } = newPayment();
      await expect(dyingAt(point).handler.process(command, saga)).rejects.toThrow(Crash);
      await bank.replica().handler.refund({ orderId }, saga);
      const charged = point === 'payment.after-call-before-outcome';
      expect(await bank.row(orderId)).toMatchObject({ status: charged ? 'REFUNDED' : 'CANCELLED' });
      expect(await bank.bankOf(keyOf(sagaId))).toEqual({
        decision: charged ? 'APPROVED' : STORED_FOR_VOIDED,
        refunds: charged ? 1 : 0,
      });
    },
  );

  it('between the refund’s request and its doing, a repeat finishes it; no outcome is written meanwhile', async () => {
    const { orderId, sagaId, saga, command } = newPayment();
    await bank.replica().handler.process(command, saga);
    const dying = dyingAt('payment.between-refund-requested-and-cancel');
    await expect(dying.handler.refund({ orderId }, saga)).rejects.toThrow(Crash);
    await expect(bank.replica().handler.process(command, saga)).rejects.toMatchObject({
      code: 'PAYMENT_UNSETTLED',
      retryable: true,
    });
    await bank.replica().handler.refund({ orderId }, saga);
    expect(await bank.row(orderId)).toMatchObject({ status: 'REFUNDED' });
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: 'APPROVED', refunds: 1 });
  });
});

describe('a slow charge', () => {
  it.each([
    ['before the bank decided', 'CANCELLED', STORED_FOR_VOIDED, 0],
    ['after the bank decided', 'REFUNDED', 'APPROVED', 1],
  ])('undone %s ends with no money kept', async (when, status, decision, refunds) => {
    const { orderId, sagaId, saga, command } = newPayment();
    const [atBank, release] = [gate(), gate()];
    const slow = bank.replica({
      between: (real) => ({
        cancel: (key) => real.cancel(key),
        async charge(request) {
          const decided = when.startsWith('after') ? await real.charge(request) : undefined;
          atBank.open();
          await release.opened;
          return decided ?? real.charge(request);
        },
      }),
    });
    const charging = slow.handler.process(command, saga).catch((error: unknown) => error);
    await atBank.opened;
    await bank.replica().handler.refund({ orderId }, saga);
    release.open();
    expect(verdict((await charging) as object)).toBe('PAYMENT_CANCELLED');
    expect(await bank.row(orderId)).toMatchObject({ status });
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision, refunds });
  });

  it('whose undo is on record writes no outcome: the undo decides', async () => {
    const { orderId, sagaId, saga, command } = newPayment();
    const [decided, release] = [gate(), gate()];
    const slow = bank.replica({
      between: (real) => ({
        cancel: (key) => real.cancel(key),
        async charge(request) {
          const outcome = await real.charge(request);
          decided.open();
          await release.opened;
          return outcome;
        },
      }),
    });
    const charging = slow.handler.process(command, saga).catch((error: unknown) => error);
    await decided.opened;
    const dying = dyingAt('payment.between-refund-requested-and-cancel');
    await expect(dying.handler.refund({ orderId }, saga)).rejects.toThrow(Crash);
    release.open();
    expect(await charging).toMatchObject({ code: 'PAYMENT_UNSETTLED', retryable: true });
    expect(await bank.row(orderId)).toMatchObject({ status: 'PENDING', refund_requested: true });
    await bank.replica().handler.refund({ orderId }, saga);
    expect(await bank.row(orderId)).toMatchObject({ status: 'REFUNDED' });
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: 'APPROVED', refunds: 1 });
  });

  it('holds up no neighbour', async () => {
    const [slow, fast] = [newPayment(), newPayment()];
    const release = gate();
    const one = bank.replica({
      between: (real) => ({
        cancel: (key) => real.cancel(key),
        async charge(request) {
          if (request.key === keyOf(slow.sagaId)) await release.opened;
          return real.charge(request);
        },
      }),
    });
    const waiting = one.handler.process(slow.command, slow.saga);
    expect(verdict(await one.handler.process(fast.command, fast.saga))).toBe('yes');
    release.open();
    expect(verdict(await waiting)).toBe('yes');
  });
});

describe('a slow bank', () => {
  it('is called once for all the repeats of a command that come meanwhile, and again afterwards', async () => {
    const { orderId, sagaId, saga, command } = newPayment();
    const [asked, release] = [gate(), gate()];
    const calls = { charge: 0, cancel: 0 };
    const one = bank.replica({
      recoverAfterSeconds: 0,
      between: (real) => ({
        async charge(request) {
          calls.charge += 1;
          if (calls.charge === 1) throw new Fault('PROVIDER_UNAVAILABLE', 'no answer', true);
          asked.open();
          await release.opened;
          return real.charge(request);
        },
        async cancel(key) {
          calls.cancel += 1;
          return real.cancel(key);
        },
      }),
    });
    const retryable = { code: 'PROVIDER_UNAVAILABLE', retryable: true };
    await expect(one.handler.process(command, saga)).rejects.toMatchObject(retryable);
    const first = one.handler.process(command, saga);
    await asked.opened;
    const recovering = one.recovery.settleOverdue();
    await waitFor('the payment to be leased', async () => (await bank.row(orderId))?.lease_until);
    const repeat = one.handler.process(command, saga);
    expect(verdict(await bank.replica().handler.process(command, saga))).toBe('yes');
    release.open();
    expect([verdict(await first), verdict(await repeat)]).toEqual(['yes', 'yes']);
    await recovering;
    await Promise.all([1, 2, 3].map(() => one.handler.refund({ orderId }, saga)));
    expect(calls).toEqual({ charge: 2, cancel: 1 });
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: 'APPROVED', refunds: 1 });
  });

  it('does not hold up the end of the program', async () => {
    const { orderId, saga, command } = newPayment();
    const [asked, release] = [gate(), gate()];
    const dies = dyingAt('payment.after-intent-before-call');
    await expect(dies.handler.process(command, saga)).rejects.toThrow(Crash);
    await bank.age(orderId);
    const { recovery } = bank.replica({
      between: (real) => ({
        cancel: (key) => real.cancel(key),
        async charge(request) {
          asked.open();
          await release.opened;
          return real.charge(request);
        },
      }),
    });
    recovery.job.start();
    await asked.opened;
    await recovery.job.stop();
    expect(await bank.row(orderId)).toMatchObject({ status: 'PENDING' });
    release.open();
    await waitFor('the payment to be settled', async () => {
      return (await bank.row(orderId))?.status === 'SUCCESS';
    });
  });
});

describe('a bank that does not answer', () => {
  it('is a fault worth retrying, and leaves the payment pending', async () => {
    const { orderId, saga, command } = newPayment();
    const away = bank.replica({
      between: (real) => ({
        cancel: (key) => real.cancel(key),
        charge: () => Promise.reject(new Fault('PROVIDER_UNAVAILABLE', 'no answer', true)),
      }),
    });
    await expect(away.handler.process(command, saga)).rejects.toMatchObject({ retryable: true });
    expect(await bank.row(orderId)).toMatchObject({ status: 'PENDING' });
    expect(verdict(await bank.replica().handler.process(command, saga))).toBe('yes');
  });
});

describe('the recovery worker', () => {
  it('settles what was left pending for long, once, however many workers run', async () => {
    const { orderId, sagaId, saga, command } = newPayment();
    const dying = dyingAt('payment.after-call-before-outcome');
    await expect(dying.handler.process(command, saga)).rejects.toThrow(Crash);
    const workers = [bank.replica().recovery, bank.replica().recovery];
    expect(await workers[0]!.settleOverdue()).toBe(0);
    await bank.age(orderId);
    const settled = await Promise.all(workers.map((worker) => worker.settleOverdue()));
    expect(settled[0]! + settled[1]!).toBe(1);
    expect(await bank.row(orderId)).toMatchObject({ status: 'SUCCESS', lease_until: null });
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: 'APPROVED', refunds: 0 });
  });

  it('finishes a refund that was left unfinished', async () => {
    const { orderId, sagaId, saga, command } = newPayment();
    await bank.replica().handler.process(command, saga);
    const dying = dyingAt('payment.between-refund-requested-and-cancel');
    await expect(dying.handler.refund({ orderId }, saga)).rejects.toThrow(Crash);
    await bank.age(orderId);
    expect(await bank.replica().recovery.settleOverdue()).toBe(1);
    expect(await bank.row(orderId)).toMatchObject({ status: 'REFUNDED' });
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: 'APPROVED', refunds: 1 });
  });

  it('leaves a payment to the worker that leased it, until the lease runs out', async () => {
    const { orderId, saga, command } = newPayment();
    const dies = dyingAt('payment.after-intent-before-call');
    await expect(dies.handler.process(command, saga)).rejects.toThrow(Crash);
    await bank.age(orderId);
    expect(await dies.recovery.settleOverdue()).toBe(0);
    expect(await bank.replica().recovery.settleOverdue()).toBe(0);
    await bank.age(orderId);
    expect(await bank.replica().recovery.settleOverdue()).toBe(1);
  });

  it('runs by itself while the app runs', async () => {
    const { orderId, saga, command } = newPayment();
    const dies = dyingAt('payment.after-intent-before-call');
    await expect(dies.handler.process(command, saga)).rejects.toThrow(Crash);
    await bank.age(orderId);
    const { recovery } = bank.replica();
    recovery.job.start();
    await waitFor('the payment to be settled', async () => {
      return (await bank.row(orderId))?.status === 'SUCCESS';
    });
    await recovery.job.stop();
  });
});
