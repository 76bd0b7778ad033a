import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  keyOf,
  newId,
  paymentFixture,
  sagaOf,
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

describe('the bank’s ledger', () => {
  it('is append-only', async () => {
    for (const statement of ['UPDATE bank.charges SET amount = 1', 'DELETE FROM bank.refunds']) {
      await expect(bank.query(statement)).rejects.toThrow('append-only');
    }
  });

  const cancelledPaymentOf = (key: string) =>
    bank.query(
      `INSERT INTO payments (order_id, amount, currency, status, provider_key)
        VALUES ($1, 1, 'USD', 'CANCELLED', $2)`,
      [newId(), key],
    );

  it.each(['BURNED', 'VOIDED'])(
    'takes a key that another release stored as %s for voided, and never charges it',
    async (decision) => {
      const { provider } = bank.replica();
      const key = newId();
      await bank.query('INSERT INTO bank.charges (key, decision) VALUES ($1, $2)', [key, decision]);
      await cancelledPaymentOf(key);
      const charge = { key, amountMinor: 100, currency: 'USD' };
      expect(await provider.charge(charge)).toEqual({ kind: 'voided' });
      expect(await provider.cancel(key)).toBe('voided');
      expect(await bank.bankOf(key)).toEqual({ decision, refunds: 0 });
    },
  );

  it('stores a voided key as BURNED, which a process of the previous release understands', async () => {
    const { provider } = bank.replica();
    const key = newId();
    await cancelledPaymentOf(key);
    expect(await provider.cancel(key)).toBe('voided');
    expect(await bank.bankOf(key)).toEqual({ decision: 'BURNED', refunds: 0 });
  });

  it('refuses a key that comes with another amount', async () => {
    const { provider } = bank.replica();
    const [orderId, sagaId] = [newId(), newId()];
    const command = { orderId, amount: '59.98' };
    await bank.replica().handler.process(command, sagaOf(sagaId));
    await expect(
      provider.charge({ key: keyOf(sagaId), amountMinor: 1, currency: 'USD' }),
    ).rejects.toMatchObject({ code: 'AMOUNT_MISMATCH', retryable: false });
  });
});
