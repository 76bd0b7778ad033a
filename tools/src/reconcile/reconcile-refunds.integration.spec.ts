import { describe } from '@jest/globals';
import { done, payments, type Planted, tellsEach } from './testing/planted.js';

const refund = (status: string) =>
  payments(`INSERT INTO refunds (id, order_id, amount, status) VALUES ($id, $id, 5, '${status}')`);
const counted = (reserved: string, refunded: string) =>
  payments(`UPDATE payments SET refund_reserved = ${reserved}, refunded_amount = ${refunded}
    WHERE order_id = $id`);
const booked = payments(`INSERT INTO bank.refund_entries (key, charge_key, amount)
  VALUES ($id || ':1', $id, 5)`);
const attempt = (status: string, rest = `now()`) =>
  payments(`INSERT INTO payment_attempts (order_id, number, key, status, provider_ref, created_at)
    VALUES ($id, 1, 'k', '${status}', 'int_' || $id, ${rest})`);

const PLANTED: readonly Planted[] = [
  done([], 'a refund in part that all agree about (allowed)', [
    refund('SUCCEEDED'),
    counted('5', '5'),
    booked,
  ]),
  done([], 'a refund that the bank has made and that is not settled (allowed)', [
    refund('REQUESTED'),
    counted('5', 'NULL'),
    booked,
  ]),
  done([10], 'a refund that the bank does not have', [refund('SUCCEEDED'), counted('5', '5')]),
  done([10], 'a refund that is not counted', [refund('SUCCEEDED'), counted('5', 'NULL'), booked]),
  done([10], 'a refund that is not reserved', [refund('REQUESTED')]),
  done([10], 'a failed refund that the bank has made', [
    refund('FAILED'),
    counted('5', 'NULL'),
    booked,
  ]),
  done([], 'a declined attempt and what the bank has of it (allowed)', [
    attempt('DECLINED'),
    payments(`INSERT INTO bank.intents (ref, key, amount, currency, card)
      VALUES ('int_' || $id, $id, 5, 'USD', 'tok')`),
    payments(`INSERT INTO bank.charges (key, amount, currency, decision)
      VALUES ('int_' || $id, 5, 'USD', 'DECLINED')`),
  ]),
  done([], 'an attempt that is a minute old (allowed)', [
    attempt('SUBMITTED', `now() - interval '1 minute'`),
  ]),
  done([17], 'an attempt that is not settled after two hours', [
    attempt('SUBMITTED', `now() - interval '2 hours'`),
  ]),
];

describe('pnpm reconcile, about attempts and refunds', () => {
  tellsEach(PLANTED);
});
