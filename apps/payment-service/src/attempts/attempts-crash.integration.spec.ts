import { Fault } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IntentProvider } from '../payment/intent-provider.js';
import { openPayment } from '../testing/open-payment.js';
import { gate, paymentFixture, verdict, type PaymentFixture } from '../testing/payment-fixture.js';

let bank: PaymentFixture;

beforeAll(async () => {
  bank = await paymentFixture();
});

afterAll(async () => {
  expect(await bank.disagreements()).toEqual([]);
  await bank.close();
});

class Crash extends Error {}

const dyingAt = (point: string) =>
  bank.replica({
    reached: (reached) => {
      if (reached === point) throw new Crash(point);
    },
  });

/** A replica whose bank does some things otherwise. */
function withBank(change: (real: IntentProvider) => Partial<IntentProvider>) {
  return bank.replica({
    betweenIntents: (real) => ({
      create: (request) => real.create(request),
      confirm: (ref) => real.confirm(ref),
      void: (ref) => real.void(ref),
      refund: (request) => real.refund(request),
      ...change(real),
    }),
  });
}

/** A replica whose bank confirms nothing before it is released. */
function slowToConfirm() {
  const [confirming, release] = [gate(), gate()];
  const slow = withBank((real) => ({
    async confirm(ref) {
      confirming.open();
      await release.opened;
      return real.confirm(ref);
    },
  }));
  return { slow, confirming, release };
}

const away = (): never => {
  throw new Fault('PROVIDER_UNAVAILABLE', 'away', true);
};

const POINTS = [
  'payment.after-attempt-before-create',
  'payment.after-ref-before-confirm',
  'payment.after-confirm-before-outcome',
];

describe('after a crash of an attempt', () => {
  it.each(POINTS)('at %s its repeat charges once', async (point) => {
    const order = await openPayment(bank.replica());
    await expect(order.pay('k', '4242', dyingAt(point).attempts)).rejects.toThrow(Crash);
    expect(verdict(await order.pay('k'))).toBe('yes');
    expect(await bank.kept(order.orderId)).toBe(59.98);
  });

  it.each(POINTS)('at %s closing settles it: paid once, or never charged', async (point) => {
    const order = await openPayment(bank.replica());
    await expect(order.pay('k', '4242', dyingAt(point).attempts)).rejects.toThrow(Crash);
    const isCreated = point !== 'payment.after-attempt-before-create';
    expect(verdict(await order.close())).toBe(isCreated ? 'yes' : 'PAYMENT_NOT_MADE');
    expect(await bank.kept(order.orderId)).toBe(isCreated ? 59.98 : 0);
    expect(verdict(await order.pay('k'))).toBe(isCreated ? 'yes' : 'PAYMENT_CLOSED');
  });

  it.each(POINTS)('at %s an undo keeps no money', async (point) => {
    const order = await openPayment(bank.replica());
    await expect(order.pay('k', '4242', dyingAt(point).attempts)).rejects.toThrow(Crash);
    await order.undo();
    expect(await bank.kept(order.orderId)).toBe(0);
    await order.pay('k');
    expect(await bank.kept(order.orderId)).toBe(0);
  });

  it.each(POINTS)('at %s the recovery settles it', async (point) => {
    const order = await openPayment(bank.replica());
    await expect(order.pay('k', '4242', dyingAt(point).attempts)).rejects.toThrow(Crash);
    await bank.ageAttempts(order.orderId);
    expect(await bank.replica().attemptRecovery.settleOverdue()).toBeGreaterThan(0);
    const isCreated = point !== 'payment.after-attempt-before-create';
    const [attempt] = await bank.attemptsOf(order.orderId);
    expect(attempt).toMatchObject({ status: isCreated ? 'SUCCEEDED' : 'VOIDED' });
    expect(await bank.kept(order.orderId)).toBe(isCreated ? 59.98 : 0);
  });

  it('its key charges no other card than the one that it began with', async () => {
    const order = await openPayment(bank.replica());
    const dying = dyingAt('payment.after-attempt-before-create');
    await expect(order.pay('k', '4242', dying.attempts)).rejects.toThrow(Crash);
    await expect(order.pay('k', '0077')).rejects.toMatchObject({
      code: 'CARD_MISMATCH',
      retryable: false,
    });
    expect(await bank.kept(order.orderId)).toBe(0);
    expect(verdict(await order.pay('k'))).toBe('yes');
    expect(await bank.kept(order.orderId)).toBe(59.98);
  });
});

describe('an attempt at a slow bank', () => {
  it('that is closed before its intent is stored is not confirmed', async () => {
    const [created, release] = [gate(), gate()];
    const slow = withBank((real) => ({
      async create(request) {
        const ref = await real.create(request);
        created.open();
        await release.opened;
        return ref;
      },
    }));
    const order = await openPayment(bank.replica());
    const paying = order.pay('k', '4242', slow.attempts);
    await created.opened;
    expect(verdict(await order.close())).toBe('PAYMENT_NOT_MADE');
    release.open();
    expect(verdict(await paying)).toBe('PAYMENT_CLOSED');
    expect(await bank.kept(order.orderId)).toBe(0);
  });

  it('that is closed while it is confirmed is paid, once', async () => {
    const { slow, confirming, release } = slowToConfirm();
    const order = await openPayment(bank.replica());
    const paying = order.pay('k', '4242', slow.attempts);
    await confirming.opened;
    expect(verdict(await order.close())).toBe('yes');
    release.open();
    expect(verdict(await paying)).toBe('yes');
    expect(await bank.kept(order.orderId)).toBe(59.98);
  });

  it('that is undone while it is confirmed is never charged', async () => {
    const { slow, confirming, release } = slowToConfirm();
    const order = await openPayment(bank.replica());
    const paying = order.pay('k', '4242', slow.attempts);
    await confirming.opened;
    await order.undo();
    release.open();
    expect(verdict(await paying)).toBe('PAYMENT_CLOSED');
    expect(await bank.kept(order.orderId)).toBe(0);
    expect(await bank.row(order.orderId)).toMatchObject({ status: 'CANCELLED' });
  });
});

describe('a declined attempt', () => {
  it('whose intent is not dead stays live, so that no other card is charged beside it', async () => {
    const order = await openPayment(bank.replica());
    const unsure = withBank(() => ({
      confirm: (ref) =>
        Promise.resolve({
          ref,
          state: 'declined',
          amountMinor: 5998,
          currency: 'USD',
          declineCode: 'card_declined',
          authCode: null,
          feeMinor: null,
        }),
      void: away,
    }));
    await expect(order.pay('k', '4242', unsure.attempts)).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
    expect(verdict(await order.pay('other'))).toBe('PAYMENT_IN_PROGRESS');
    // The shopper tries again on the same form: the intent succeeds after all.
    expect(verdict(await order.pay('k'))).toBe('yes');
    expect(await bank.kept(order.orderId)).toBe(59.98);
  });
});

describe('closing while the bank is away', () => {
  it('is a fault, forbids new attempts, and is finished by its repeat', async () => {
    const order = await openPayment(bank.replica());
    const lost = withBank(() => ({ confirm: away, void: away }));
    await expect(order.pay('k', '4242', lost.attempts)).rejects.toMatchObject({ retryable: true });
    await expect(order.close(lost.attempts)).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      retryable: true,
    });
    expect(verdict(await order.pay('other'))).toBe('PAYMENT_CLOSED');
    expect(verdict(await order.close())).toBe('yes');
    expect(await bank.kept(order.orderId)).toBe(59.98);
  });
});

describe('a charge of another amount or currency than the payment', () => {
  it.each([{ amountMinor: 5999 }, { currency: 'EUR' }])(
    '%j is written as no outcome',
    async (other) => {
      const order = await openPayment(bank.replica());
      const wrong = withBank((real) => ({
        confirm: async (ref) => ({ ...(await real.confirm(ref)), ...other }),
      }));
      await expect(order.pay('k', '4242', wrong.attempts)).rejects.toMatchObject({
        code: 'AMOUNT_MISMATCH',
        retryable: false,
      });
      expect(await bank.row(order.orderId)).toMatchObject({ status: 'PENDING' });
      expect(verdict(await order.pay('k'))).toBe('yes');
    },
  );
});
