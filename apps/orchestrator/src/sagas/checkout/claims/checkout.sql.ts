/**
 * The statements of the claims. Arrays come in claim order, which is the one order in which every
 * orchestrator locks claims; the LATERAL … LIMIT 1 keep each lookup one by key.
 */
const CLAIMS = `unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[])
  WITH ORDINALITY AS i(caller, kind, key, request_hash, saga_id, place)`;

const SAME_CLAIM = 'k.caller = i.caller AND k.kind = i.kind AND k.key = i.key';

/** Waits for transactions that insert the same claims. It answers the claims that are newly ours. */
export const TAKE_FREE = `
INSERT INTO idempotency_keys (caller, kind, key, request_hash, saga_id, created_at)
SELECT i.caller, i.kind, i.key, i.request_hash, i.saga_id, clock_timestamp()
FROM ${CLAIMS} ORDER BY i.place
ON CONFLICT (caller, kind, key) DO NOTHING
RETURNING saga_id`;

/** Waits for transactions that point one of these claims at another saga. */
export const LOCK = `
SELECT i.place FROM ${CLAIMS} CROSS JOIN LATERAL (
  SELECT k.saga_id FROM idempotency_keys k WHERE ${SAME_CLAIM} FOR UPDATE
) k`;

/**
 * The saga of each claim, and whether the asking saga exists itself. One snapshot: a saga is seen by
 * its row or, once that is removed, by the answer that the same transaction wrote. Never in one
 * statement with the lock: its snapshot would be older than the wait for it, and show a saga that no
 * longer counts. A key is kept for this time after its saga's end, so a poll gets the result.
 */
export const HOLDERS = `
SELECT i.place::int AS place, k.saga_id AS "sagaId", k.request_hash AS "requestHash",
  greatest(k.created_at, held.updated_at) < clock_timestamp() - $7::float8 * interval '1 day'
    AS forgotten,
  coalesce(held.order_id::text, k.answer->>'orderId') AS "orderId",
  coalesce(held.status, k.answer->>'status') AS status,
  coalesce(held.failure, k.answer->'failure') AS failure,
  coalesce(held.status = 'DONE'
    AND clock_timestamp() - held.updated_at < $6::float8 * interval '1 second', false)
    AS "justFinished",
  own.order_id AS "ownOrderId", own.status AS "ownStatus", own.failure AS "ownFailure",
  own.input AS "ownInput"
FROM ${CLAIMS}
LEFT JOIN LATERAL (
  SELECT * FROM idempotency_keys k WHERE ${SAME_CLAIM} LIMIT 1
) k ON true
LEFT JOIN LATERAL (
  SELECT order_id, status, failure, updated_at FROM saga_state s
  WHERE s.saga_id = k.saga_id LIMIT 1
) held ON true
LEFT JOIN LATERAL (
  SELECT order_id, status, failure, input FROM saga_state s WHERE s.saga_id = i.saga_id LIMIT 1
) own ON true
ORDER BY i.place`;

/** For claims that are locked already. */
export const POINT_ELSEWHERE = `
UPDATE idempotency_keys k
SET saga_id = i.saga_id, request_hash = i.request_hash, created_at = clock_timestamp(),
  answer = NULL
FROM ${CLAIMS} WHERE ${SAME_CLAIM}`;

/** Claims just taken by requests that turned out to be refused. */
export const FORGET = `
DELETE FROM idempotency_keys k USING ${CLAIMS}
WHERE ${SAME_CLAIM} AND k.saga_id = i.saga_id`;
