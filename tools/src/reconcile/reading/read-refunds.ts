/** A payment whose refunds do not add up, or a refund that the bank has otherwise. */
export interface BrokenRefund {
  orderId: string;
  what: string;
}

/** Rows of `BrokenRefund`. Invariant 6 compares what an undo gave back. Refunds that are not settled may be ahead of, or behind, the bank. */
export const BROKEN_REFUNDS = `
SELECT order_id::text AS "orderId",
  'payment ' || status || ' of ' || coalesce(amount::text, 'nothing') || ', ' ||
  coalesce(refunded_amount, 0) || ' given back of ' || coalesce(refund_reserved, 0) ||
  ' reserved, its refunds make ' || coalesce(succeeded, 0) AS what
FROM payments LEFT JOIN (
  SELECT order_id, sum(amount) FILTER (WHERE status = 'SUCCEEDED') AS succeeded, sum(amount) AS asked
  FROM refunds GROUP BY order_id
) AS own USING (order_id)
WHERE coalesce(succeeded, 0) <> coalesce(refunded_amount, 0)
  OR coalesce(asked, 0) <> coalesce(refund_reserved, 0) OR refund_reserved > amount
  OR (status = 'REFUNDED' AND refunded_amount <> amount)
  OR (status <> 'REFUNDED' AND refunded_amount = amount)
UNION ALL
SELECT coalesce(refunds.order_id::text, entries.key),
  'refund ' || coalesce(status, 'unknown') || ' of ' || coalesce(refunds.amount::text, 'nothing') ||
  ', the bank gave back ' || coalesce(entries.amount::text, 'nothing')
FROM refunds FULL JOIN bank.refund_entries AS entries
  ON entries.key = refunds.id || ':' || refunds.attempt
WHERE refunds.id IS NULL
  OR (status = 'SUCCEEDED' AND entries.amount IS DISTINCT FROM refunds.amount)
  OR (status = 'FAILED' AND entries.key IS NOT NULL)`;

/** An attempt that is live for too long. */
export interface OverdueAttempt {
  orderId: string;
  number: number;
  ageS: number;
}

/** Rows of `OverdueAttempt`: the recovery settles attempts within minutes. */
export const OVERDUE_ATTEMPTS = `
SELECT order_id::text AS "orderId", number, extract(epoch FROM now() - created_at)::float8 AS "ageS"
FROM payment_attempts
WHERE status IN ('SUBMITTED', 'REQUIRES_ACTION') AND created_at <= now() - interval '1 hour'`;
