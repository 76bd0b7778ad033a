import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { databaseFault } from '@backstitch/database';
import pg from 'pg';
import {
  keyOf,
  newId,
  paymentFixture,
  sagaOf,
  verdict,
  type PaymentFixture,
} from '../testing/payment-fixture.js';

/** As in the service. */
const LOCK_TIMEOUT_MS = 300;

let payments: PaymentFixture;
let holder: pg.Client;
beforeAll(async () => {
  payments = await paymentFixture(LOCK_TIMEOUT_MS);
  holder = new pg.Client({ connectionString: payments.url });
  await holder.connect();
});
afterAll(async () => {
  await holder.end();
  await payments.close();
});

it.each([
  ['a payment', 'SELECT FROM payments WHERE order_id = $1 FOR UPDATE', 'order'],
  ['a charge in the bank’s ledger', 'SELECT FROM bank.charges WHERE key = $1 FOR UPDATE', 'key'],
] as const)(
  '%s that another session keeps locked delays no other payment and no other undo',
  async (...[, lock, by]) => {
    const { handler } = payments.replica();
    const [orderId, sagaId] = [newId(), newId()];
    const pay = (id: string, saga: string) =>
      handler.process({ orderId: id, amount: '9.99' }, sagaOf(saga));
    expect(verdict(await pay(orderId, sagaId))).toBe('yes');
    await holder.query('BEGIN');
    await holder.query(lock, [by === 'order' ? orderId : keyOf(sagaId)]);
    try {
      const own = handler.refund({ orderId }, { ...sagaOf(sagaId), direction: 'undo' }).then(
        () => 'done',
        (error: unknown) => databaseFault(error) === 'locked' || (error as { code: string }).code,
      );
      const others = Array.from({ length: 30 }, async () => {
        const [id, saga] = [newId(), newId()];
        const paid = verdict(await pay(id, saga));
        const undone = await handler.refund({ orderId: id }, sagaOf(saga));
        return `${paid} ${undone.success}`;
      });
      expect(new Set(await Promise.all(others))).toEqual(new Set(['yes true']));
      expect(['done', true, 'PROVIDER_UNAVAILABLE']).toContain(await own);
    } finally {
      await holder.query('ROLLBACK');
    }
    expect(await handler.refund({ orderId }, sagaOf(sagaId))).toEqual({ success: true });
    expect(await payments.disagreements()).toEqual([]);
  },
);
