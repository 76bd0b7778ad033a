import type { Statement } from '@backstitch/database';
import { fromMinor, toMinor, type PaymentStatus } from '@backstitch/shared-types';
import type { RefundState } from '../payment/intent-provider.js';
import type { ChargedRefund, Refund, RefundablePayment } from './refund.js';

export function lockRefundable(orderId: string): Statement {
  return {
    name: 'lock_refundable',
    text: `SELECT order_id, saga_id, amount, currency, status, provider_key, refund_requested,
        refund_reserved
      FROM payments WHERE order_id = $1 FOR UPDATE`,
    values: [orderId],
  };
}

const REFUND = `refunds.id, refunds.order_id, refunds.amount, refunds.status, refunds.attempt,
  refunds.saga_id`;

export function readRefund(id: string): Statement {
  return {
    name: 'read_refund',
    text: `SELECT ${REFUND}, provider_key, currency
      FROM refunds JOIN payments USING (order_id) WHERE refunds.id = $1`,
    values: [id],
  };
}

export function insertRefund(
  { id, orderId, amountMinor, sagaId }: Pick<Refund, 'id' | 'orderId' | 'amountMinor' | 'sagaId'>,
  digits: number,
): Statement {
  return {
    name: 'insert_refund',
    text: `INSERT INTO refunds (id, order_id, amount, status, saga_id)
      VALUES ($1, $2, $3, 'REQUESTED', $4)`,
    values: [id, orderId, fromMinor(amountMinor, digits), sagaId],
  };
}

/** In the transaction that inserts the refund. A CHECK keeps it within the amount. */
export function reserveRefund(orderId: string, amountMinor: number, digits: number): Statement {
  return {
    name: 'reserve_refund',
    text: `UPDATE payments SET refund_reserved = coalesce(refund_reserved, 0) + $2::numeric,
        updated_at = now() WHERE order_id = $1`,
    values: [orderId, fromMinor(amountMinor, digits)],
  };
}

/** Writes how an attempt of a refund ended; answers the refund only if that is news. */
export function writeRefundState(
  { id, attempt }: Pick<Refund, 'id' | 'attempt'>,
  state: RefundState,
): Statement {
  return {
    name: 'write_refund_state',
    text: `UPDATE refunds SET status = $3, lease_until = NULL, updated_at = now()
      WHERE id = $1 AND attempt = $2 AND status IN ('REQUESTED', 'PENDING') AND status <> $3
      RETURNING order_id`,
    values: [id, attempt, state],
  };
}

/** What was given back, once per refund; all of it: REFUNDED. */
export function writeRefunded(orderId: string, amountMinor: number, digits: number): Statement {
  return {
    name: 'write_refunded',
    text: `UPDATE payments SET refunded_amount = coalesce(refunded_amount, 0) + $2::numeric,
        status = CASE WHEN coalesce(refunded_amount, 0) + $2::numeric = amount
          THEN 'REFUNDED' ELSE status END, updated_at = now()
      WHERE order_id = $1`,
    values: [orderId, fromMinor(amountMinor, digits)],
  };
}

export interface RefundLease {
  limit: number;
  olderThanSeconds: number;
  leaseSeconds: number;
}

/**
 * Claims refunds that have been unsettled for long, for a time and for one worker. Each is found by its key,
 * also by a plan that was made while there were no refunds: a join of three tables then reads all of them.
 */
export function leaseUnsettledRefunds(lease: RefundLease): Statement {
  return {
    name: 'lease_unsettled_refunds',
    text: `WITH due AS MATERIALIZED (
        SELECT id FROM refunds
        WHERE status IN ('REQUESTED', 'PENDING')
          AND updated_at <= clock_timestamp() - make_interval(secs => $2)
          AND (lease_until IS NULL OR lease_until <= clock_timestamp())
        ORDER BY updated_at LIMIT $1 FOR UPDATE SKIP LOCKED
      ), leased AS (
        UPDATE refunds SET lease_until = clock_timestamp() + make_interval(secs => $3)
        WHERE id = ANY (ARRAY(SELECT id FROM due)) RETURNING *
      )
      SELECT ${REFUND}, charge.provider_key, charge.currency
      FROM leased AS refunds CROSS JOIN LATERAL (
        SELECT provider_key, currency FROM payments WHERE order_id = refunds.order_id OFFSET 0
      ) AS charge`,
    values: [lease.limit, lease.olderThanSeconds, lease.leaseSeconds],
  };
}

export interface RefundableRow {
  order_id: string;
  saga_id: string | null;
  amount: string | null;
  currency: string;
  status: PaymentStatus;
  provider_key: string | null;
  refund_requested: boolean;
  refund_reserved: string | null;
}

export interface RefundRow {
  id: string;
  order_id: string;
  amount: string;
  status: Refund['status'];
  attempt: number;
  saga_id: string | null;
  provider_key: string | null;
  currency: string;
}

export function refundableFrom(row: RefundableRow, digits: number): RefundablePayment {
  return {
    orderId: row.order_id,
    sagaId: row.saga_id,
    amountMinor: row.amount === null ? null : toMinor(row.amount, digits)!,
    currency: row.currency,
    status: row.status,
    providerKey: row.provider_key,
    refundRequested: row.refund_requested,
    reservedMinor: toMinor(row.refund_reserved ?? '0', digits)!,
  };
}

export function refundFrom(row: RefundRow, digits: number): ChargedRefund {
  return {
    id: row.id,
    orderId: row.order_id,
    amountMinor: toMinor(row.amount, digits)!,
    status: row.status,
    attempt: row.attempt,
    sagaId: row.saga_id,
    chargeKey: row.provider_key ?? '',
    currency: row.currency,
  };
}
