import type { Statement } from '@backstitch/database';
import { fromMinor, toMinor, type PaymentStatus } from '@backstitch/shared-types';
import type { Attempt, AttemptOutcome, OpenPayment } from './attempt.js';

export interface Opening {
  orderId: string;
  sagaId: string | undefined;
  amountMinor: number;
  payBy: string;
  attemptsMax: number;
}

const PAYMENT = `order_id, id, saga_id, amount, currency, status, flow, open_until,
  open_until > clock_timestamp() AS in_time, attempts_max, closed_at IS NOT NULL AS is_closed,
  close_code, refund_requested, transaction_date`;

const ATTEMPT = 'id, order_id, number, key, brand, last4, status, decline_code, provider_ref';

const LIVE = `status IN ('SUBMITTED', 'REQUIRES_ACTION')`;

export function insertOpenPayment(opening: Opening, currency: string, digits: number): Statement {
  const { orderId, sagaId, amountMinor, payBy, attemptsMax } = opening;
  return {
    name: 'insert_open_payment',
    text: `INSERT INTO payments
        (order_id, saga_id, amount, currency, status, flow, open_until, attempts_max)
      VALUES ($1, $2, $3, $4, 'PENDING', 'OPEN', $5, $6)
      ON CONFLICT (order_id) DO NOTHING`,
    values: [orderId, sagaId, fromMinor(amountMinor, digits), currency, payBy, attemptsMax],
  };
}

export function readOpenPayment(orderId: string): Statement {
  return {
    name: 'read_open_payment',
    text: `SELECT ${PAYMENT} FROM payments WHERE order_id = $1`,
    values: [orderId],
  };
}

/** Attempts begin, payments are closed and outcomes are written under this lock only. */
export function lockPayment(orderId: string): Statement {
  return {
    name: 'lock_payment',
    text: `SELECT ${PAYMENT} FROM payments WHERE order_id = $1 FOR UPDATE`,
    values: [orderId],
  };
}

/** The numbered attempts of an order, and the refused one of this key. */
export function readAttempts(orderId: string, key: string | null): Statement {
  return {
    name: 'read_attempts',
    text: `SELECT ${ATTEMPT} FROM payment_attempts
      WHERE order_id = $1 AND (number IS NOT NULL OR key = $2) ORDER BY number`,
    values: [orderId, key],
  };
}

export function readAttempt(id: string): Statement {
  return {
    name: 'read_attempt',
    text: `SELECT ${ATTEMPT} FROM payment_attempts WHERE id = $1`,
    values: [id],
  };
}

export type NewAttempt = Pick<
  Attempt,
  'orderId' | 'number' | 'key' | 'brand' | 'last4' | 'status' | 'declineCode'
>;

export function insertAttempt(attempt: NewAttempt): Statement {
  return {
    name: 'insert_attempt',
    text: `INSERT INTO payment_attempts
        (order_id, number, key, brand, last4, status, decline_code)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT (order_id, key) DO NOTHING RETURNING ${ATTEMPT}`,
    values: [
      attempt.orderId,
      attempt.number,
      attempt.key,
      attempt.brand,
      attempt.last4,
      attempt.status,
      attempt.declineCode,
    ],
  };
}

/** Stores the provider's id of a live attempt that has none. */
export function storeRef(id: string, ref: string): Statement {
  return {
    name: 'store_ref',
    text: `UPDATE payment_attempts SET provider_ref = $2, updated_at = now()
      WHERE id = $1 AND ${LIVE} AND provider_ref IS NULL`,
    values: [id, ref],
  };
}

/** Voids a live attempt without an id of the provider: none can be stored any more. */
export function voidWithoutRef(id: string): Statement {
  return {
    name: 'void_without_ref',
    text: `UPDATE payment_attempts SET status = 'VOIDED', lease_until = NULL, updated_at = now()
      WHERE id = $1 AND ${LIVE} AND provider_ref IS NULL`,
    values: [id],
  };
}

export function writeAttemptOutcome(
  id: string,
  outcome: AttemptOutcome,
  digits: number,
): Statement {
  const fee =
    outcome.status === 'SUCCEEDED' && outcome.feeMinor !== null
      ? fromMinor(outcome.feeMinor, digits)
      : null;
  return {
    name: 'write_attempt_outcome',
    text: `UPDATE payment_attempts SET status = $2, auth_code = $3, fee = $4, decline_code = $5,
        lease_until = NULL, updated_at = now()
      WHERE id = $1 AND ${LIVE}`,
    values: [
      id,
      outcome.status,
      outcome.status === 'SUCCEEDED' ? outcome.authCode : null,
      fee,
      outcome.status === 'SUCCEEDED' ? null : outcome.declineCode,
    ],
  };
}

/** From now on the charge of this id is the payment of the order. */
export function writePaid(orderId: string, ref: string): Statement {
  return {
    name: 'write_paid',
    text: `UPDATE payments SET status = 'SUCCESS', provider_key = $2, updated_at = now()
      WHERE order_id = $1 AND status = 'PENDING'`,
    values: [orderId, ref],
  };
}

export function closePayment(orderId: string): Statement {
  return {
    name: 'close_payment',
    text: `UPDATE payments SET closed_at = coalesce(closed_at, clock_timestamp()), updated_at = now()
      WHERE order_id = $1`,
    values: [orderId],
  };
}

export function writeCloseCode(orderId: string, code: string): Statement {
  return {
    name: 'write_close_code',
    text: `UPDATE payments SET status = 'FAILED', close_code = $2, updated_at = now()
      WHERE order_id = $1 AND status = 'PENDING'`,
    values: [orderId, code],
  };
}

export interface AttemptLease {
  limit: number;
  olderThanSeconds: number;
  leaseSeconds: number;
}

/** Claims attempts that have been live for long, for a time and for one worker. */
export function leaseLiveAttempts(lease: AttemptLease): Statement {
  return {
    name: 'lease_live_attempts',
    text: `WITH due AS MATERIALIZED (
        SELECT id FROM payment_attempts
        WHERE ${LIVE} AND updated_at <= clock_timestamp() - make_interval(secs => $2)
          AND (lease_until IS NULL OR lease_until <= clock_timestamp())
        ORDER BY updated_at LIMIT $1 FOR UPDATE SKIP LOCKED
      )
      UPDATE payment_attempts SET lease_until = clock_timestamp() + make_interval(secs => $3)
      FROM due WHERE payment_attempts.id = due.id
      RETURNING payment_attempts.id, order_id, number, key, brand, last4, status, decline_code,
        provider_ref`,
    values: [lease.limit, lease.olderThanSeconds, lease.leaseSeconds],
  };
}

export interface OpenPaymentRow {
  order_id: string;
  id: string;
  saga_id: string | null;
  amount: string | null;
  currency: string;
  status: PaymentStatus;
  flow: 'OPEN' | null;
  open_until: Date | null;
  in_time: boolean | null;
  attempts_max: number | null;
  is_closed: boolean;
  close_code: string | null;
  refund_requested: boolean;
  transaction_date: Date;
}

export interface AttemptRow {
  id: string;
  order_id: string;
  number: number | null;
  key: string;
  brand: string | null;
  last4: string | null;
  status: Attempt['status'];
  decline_code: string | null;
  provider_ref: string | null;
}

export function openPaymentFrom(row: OpenPaymentRow, digits: number): OpenPayment {
  return {
    id: row.id,
    orderId: row.order_id,
    sagaId: row.saga_id,
    amountMinor: row.amount === null ? null : toMinor(row.amount, digits)!,
    currency: row.currency,
    status: row.status,
    flow: row.flow,
    openUntil: row.open_until,
    isInTime: row.in_time === true,
    attemptsMax: row.attempts_max ?? 0,
    isClosed: row.is_closed,
    closeCode: row.close_code,
    refundRequested: row.refund_requested,
    transactionDate: row.transaction_date.toISOString(),
  };
}

export function attemptFrom(row: AttemptRow): Attempt {
  return {
    id: row.id,
    orderId: row.order_id,
    number: row.number,
    key: row.key,
    brand: row.brand,
    last4: row.last4,
    status: row.status,
    declineCode: row.decline_code,
    providerRef: row.provider_ref,
  };
}
