import type { Statement } from '@backstitch/database';
import { fromMinor, toMinor, type PaymentStatus } from '@backstitch/shared-types';
import type { Payment, Settlement } from './payment.js';

/**
 * Every statement of the feature, each a transaction of its own, over a batch of orders in id
 * order. After a wait for a lock, another statement reads again: one statement sees one snapshot.
 */

export interface Intent {
  orderId: string;
  sagaId: string | undefined;
  providerKey: string;
  amountMinor: number;
  /** Undefined: no card was named. */
  cardToken: string | undefined;
}

export interface RefundRequest {
  orderId: string;
  sagaId: string | undefined;
}

const COLUMNS = `payments.order_id, id, saga_id, amount, currency, payments.status, provider_key,
  payments.decline_reason, refund_requested, flow, card_token, transaction_date`;

const UNSETTLED = `(status = 'PENDING' OR (status = 'SUCCESS' AND refund_requested))`;

/** Inserts the intents of orders without a payment and answers those. */
export function insertIntents(
  intents: readonly Intent[],
  currency: string,
  digits: number,
): Statement {
  return {
    name: 'insert_intents',
    text: `INSERT INTO payments (order_id, saga_id, provider_key, amount, currency, status)
      SELECT order_id, saga_id, provider_key, amount, $5, 'PENDING'
      FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::numeric[])
        AS intent (order_id, saga_id, provider_key, amount)
      ORDER BY order_id
      ON CONFLICT (order_id) DO NOTHING
      RETURNING ${COLUMNS}`,
    values: [
      intents.map((intent) => intent.orderId),
      intents.map((intent) => intent.sagaId),
      intents.map((intent) => intent.providerKey),
      intents.map((intent) => fromMinor(intent.amountMinor, digits)),
      currency,
    ],
  };
}

/** The intents of payments by card; otherwise as above. */
export function insertCardIntents(
  intents: readonly Intent[],
  currency: string,
  digits: number,
): Statement {
  return {
    name: 'insert_card_intents',
    text: `INSERT INTO payments (order_id, saga_id, provider_key, amount, currency, status, card_token)
      SELECT order_id, saga_id, provider_key, amount, $6, 'PENDING', card_token
      FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::numeric[], $5::text[])
        AS intent (order_id, saga_id, provider_key, amount, card_token)
      ORDER BY order_id
      ON CONFLICT (order_id) DO NOTHING
      RETURNING ${COLUMNS}`,
    values: [
      intents.map((intent) => intent.orderId),
      intents.map((intent) => intent.sagaId),
      intents.map((intent) => intent.providerKey),
      intents.map((intent) => fromMinor(intent.amountMinor, digits)),
      intents.map((intent) => intent.cardToken),
      currency,
    ],
  };
}

/** Writes outcomes where the row is still waiting for one of that kind, and answers those rows. */
export function writeSettlements(settlements: readonly Settlement[]): Statement {
  return {
    name: 'write_settlements',
    text: `WITH locked AS MATERIALIZED (
        SELECT order_id FROM payments WHERE order_id = ANY ($1::uuid[])
        ORDER BY order_id FOR UPDATE
      )
      UPDATE payments SET status = outcome.status, decline_reason = outcome.decline_reason,
        lease_until = NULL, updated_at = now()
      FROM locked JOIN unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
        AS outcome (order_id, by, status, decline_reason) USING (order_id)
      WHERE payments.order_id = locked.order_id AND CASE outcome.by
        WHEN 'charge' THEN payments.status = 'PENDING' AND NOT refund_requested
        WHEN 'cancel' THEN payments.status IN ('PENDING', 'SUCCESS') AND refund_requested END
      RETURNING ${COLUMNS}`,
    values: [
      settlements.map((each) => each.orderId),
      settlements.map((each) => each.by),
      settlements.map((each) => each.status),
      settlements.map((each) => each.declineReason),
    ],
  };
}

/** The tombstones of orders without a payment; answers those. */
export function insertTombstones(requests: readonly RefundRequest[], currency: string): Statement {
  return {
    name: 'insert_tombstones',
    text: `INSERT INTO payments (order_id, saga_id, currency, status)
      SELECT order_id, saga_id, $3, 'CANCELLED'
      FROM unnest($1::uuid[], $2::uuid[]) AS request (order_id, saga_id)
      ORDER BY order_id
      ON CONFLICT (order_id) DO NOTHING
      RETURNING ${COLUMNS}`,
    values: [
      requests.map((request) => request.orderId),
      requests.map((request) => request.sagaId),
      currency,
    ],
  };
}

/**
 * Records the undo of payments that have, or may get, money, for the saga that made them; answers
 * those.
 */
export function recordRefundRequests(requests: readonly RefundRequest[]): Statement {
  return {
    name: 'record_refund_requests',
    text: `WITH locked AS MATERIALIZED (
        SELECT order_id FROM payments WHERE order_id = ANY ($1::uuid[])
        ORDER BY order_id FOR UPDATE
      )
      UPDATE payments SET refund_requested = true, updated_at = now()
      FROM locked JOIN unnest($1::uuid[], $2::uuid[]) AS request (order_id, asking) USING (order_id)
      WHERE payments.order_id = locked.order_id AND NOT refund_requested
        AND status IN ('PENDING', 'SUCCESS') AND (saga_id IS NULL OR asking = saga_id)
        AND refund_reserved IS NULL
      RETURNING ${COLUMNS}`,
    values: [requests.map((request) => request.orderId), requests.map((request) => request.sagaId)],
  };
}

export function readPayments(orderIds: readonly string[]): Statement {
  return {
    name: 'read_payments',
    text: `SELECT ${COLUMNS} FROM payments WHERE order_id = ANY ($1::uuid[])`,
    values: [orderIds],
  };
}

export interface Lease {
  limit: number;
  olderThanSeconds: number;
  leaseSeconds: number;
}

/** Claims what has been unsettled for long, for a time and for one worker. */
export function leaseUnsettled({ limit, olderThanSeconds, leaseSeconds }: Lease): Statement {
  return {
    name: 'lease_unsettled',
    text: `WITH due AS MATERIALIZED (
        SELECT order_id FROM payments
        WHERE ${UNSETTLED} AND (flow IS NULL OR refund_requested) AND updated_at <= clock_timestamp() - make_interval(secs => $2)
          AND (lease_until IS NULL OR lease_until <= clock_timestamp())
        ORDER BY updated_at LIMIT $1 FOR UPDATE SKIP LOCKED
      )
      UPDATE payments SET lease_until = clock_timestamp() + make_interval(secs => $3)
      FROM due WHERE payments.order_id = due.order_id
      RETURNING ${COLUMNS}`,
    values: [limit, olderThanSeconds, leaseSeconds],
  };
}

export interface PaymentRow {
  order_id: string;
  id: string;
  saga_id: string | null;
  amount: string | null;
  currency: string;
  status: PaymentStatus;
  provider_key: string | null;
  decline_reason: string | null;
  refund_requested: boolean;
  flow: 'OPEN' | null;
  card_token: string | null;
  transaction_date: Date;
}

export function paymentFrom(row: PaymentRow, digits: number): Payment {
  return {
    id: row.id,
    orderId: row.order_id,
    sagaId: row.saga_id,
    amountMinor: row.amount === null ? null : minorFrom(row.amount, digits),
    providerKey: row.provider_key,
    currency: row.currency,
    status: row.status,
    declineReason: row.decline_reason,
    refundRequested: row.refund_requested,
    flow: row.flow,
    cardToken: row.card_token,
    transactionDate: row.transaction_date.toISOString(),
  };
}

/** The column keeps two decimals whatever the currency. */
function minorFrom(amount: string, digits: number): number {
  const minor = toMinor(amount, digits);
  if (minor === undefined) {
    throw new RangeError(`an amount of ${amount} needs more than ${digits} digits`);
  }
  return minor;
}
