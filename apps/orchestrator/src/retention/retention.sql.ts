/**
 * The statements of the retention: each is a short transaction, or a part of one, and finds its rows
 * by a key.
 */

/** Ages are compared by the database's clock, as it was when the transaction began. */
const OLDER = (column: string, days: string) =>
  `${column} < now() - ${days}::float8 * interval '1 day'`;

/** A saga that waits is neither driven nor finished. */
const FINISHED = `status IN ('DONE', 'COMPENSATED')`;
const UNDECIDED = `d.state IN ('open', 'replaying')`;

/** Of the sagas named by $1 those, as `s`, that are finished for longer than $2 days. */
const LONG_FINISHED = `s.saga_id = ANY ($1::uuid[])
      AND s.${FINISHED} AND ${OLDER('s.updated_at', '$2')}`;

/** The log's partitions, oldest first; the default one has no end, and may have rows of any age. */
export const PARTITIONS = `
SELECT relname AS name, until IS NULL AS "isDefault",
  coalesce(${OLDER('until', '$1')}, false) AS expired
FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
CROSS JOIN LATERAL (
  SELECT substring(pg_get_expr(relpartbound, pg_class.oid) FROM $$TO \\('([^']+)'\\)$$)::timestamptz
) AS bound (until)
WHERE inhparent = 'saga_logs'::regclass ORDER BY until`;

/**
 * The sagas that have rows older than $2 days in a partition, in id order, after `$3` where there is
 * one. An expired partition has no others; the default one may have rows of any age.
 */
export function sagasIn(partition: string, isFirst: boolean): string {
  return `
SELECT DISTINCT saga_id AS id FROM ${quoted(partition)}
WHERE ${OLDER('created_at', '$2')} ${isFirst ? '' : 'AND saga_id > $3::uuid'}
ORDER BY saga_id LIMIT $1`;
}

/**
 * The keys of sagas that may go, and of no other: each lock is a write. No lock is waited for: a claim
 * that another session has locked keeps its saga for this time.
 */
export const LOCK_KEYS = `
SELECT k.ctid::text AS at FROM saga_state s JOIN idempotency_keys k ON k.saga_id = s.saga_id
WHERE ${LONG_FINISHED}
ORDER BY k.kind, k.caller, k.key FOR UPDATE OF k SKIP LOCKED`;

/**
 * Removes those of the sagas that are finished, old enough, and named by no dead letter that is still
 * to be decided on and by no key but the locked ones ($3). Their keys get the answer, and from then on
 * count their age from the end of the saga; those too old to be asked for ($4), and those of keyless
 * checkouts, which no request joins any more, go with them.
 */
export const REMOVE_SAGAS = `
WITH removed AS (
  DELETE FROM saga_state WHERE saga_id = ANY (ARRAY(
    SELECT s.saga_id FROM saga_state s
    WHERE ${LONG_FINISHED}
      AND NOT EXISTS (SELECT FROM dead_letters d WHERE d.saga_id = s.saga_id AND ${UNDECIDED})
      AND NOT EXISTS (SELECT FROM dead_letters d WHERE d.order_id = s.order_id AND ${UNDECIDED})
      AND NOT EXISTS (SELECT FROM idempotency_keys k
        WHERE k.saga_id = s.saga_id AND k.ctid <> ALL ($3::tid[]))
    ORDER BY s.saga_id FOR UPDATE SKIP LOCKED
  ))
  RETURNING saga_id, order_id, status, failure, updated_at
), answered AS (
  UPDATE idempotency_keys k SET answer = jsonb_build_object(
    'orderId', r.order_id, 'status', r.status, 'failure', r.failure),
    created_at = greatest(k.created_at, r.updated_at)
  FROM removed r
  WHERE k.saga_id = r.saga_id AND k.kind = 'KEYED'
    AND NOT ${OLDER('greatest(k.created_at, r.updated_at)', '$4')}
), signals AS (
  DELETE FROM saga_signals g USING removed r WHERE g.saga_id = r.saga_id
), notes AS (
  DELETE FROM saga_notes n USING removed r WHERE n.saga_id = r.saga_id
), forgotten AS (
  DELETE FROM idempotency_keys k USING removed r
  WHERE k.saga_id = r.saga_id
    AND (k.kind <> 'KEYED' OR ${OLDER('greatest(k.created_at, r.updated_at)', '$4')})
  RETURNING k.ctid
)
SELECT (SELECT count(*) FROM removed)::int AS sagas, (SELECT count(*) FROM forgotten)::int AS keys`;

/** Of these sagas the ones that are still there. */
export const STILL_THERE = `SELECT saga_id AS id FROM saga_state WHERE saga_id = ANY ($1::uuid[])`;

/** Rows that found no partition of their day go one by one, once their saga is gone. */
export const REMOVE_STRAY_LOGS = 'SELECT remove_stray_saga_logs($1::uuid[], $2::float8)';

/** A key is kept while its saga goes on, for its time from then on, and while another session has it locked. */
export const REMOVE_KEYS = `
DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
  SELECT k.ctid FROM idempotency_keys k
  WHERE ${OLDER('k.created_at', '$1')}
    AND NOT EXISTS (SELECT FROM saga_state s
      WHERE s.saga_id = k.saga_id AND (NOT s.${FINISHED} OR NOT ${OLDER('s.updated_at', '$1')}))
  ORDER BY k.created_at LIMIT $2 FOR UPDATE OF k SKIP LOCKED
))`;

/** Dead letters that were replayed or discarded longer than $1 days ago. */
export const REMOVE_DEAD_LETTERS = `
DELETE FROM dead_letters WHERE ctid = ANY (ARRAY(
  SELECT d.ctid FROM dead_letters d
  WHERE d.state IN ('replayed', 'discarded') AND ${OLDER('d.state_at', '$1')}
  ORDER BY d.state_at LIMIT $2 FOR UPDATE OF d SKIP LOCKED
))`;

/** Only the owner may drop a table; see the migration that makes this function. */
export const DROP_PARTITION = 'SELECT drop_saga_logs_day($1)';

const NAME = /^[a-z_0-9]+$/;

function quoted(partition: string): string {
  if (!NAME.test(partition)) throw new RangeError(`"${partition}" is no partition of ours`);
  return `"${partition}"`;
}
