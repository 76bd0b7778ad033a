/** The statements on table dead_letters. Each is one short transaction. */

/** The rows that an operator still has to decide on: what the lists and the groups show. */
const UNDECIDED = `state IN ('open', 'replaying')`;

/** An orchestrator that has not ended its replay after so long has died: the row is free again. */
const REPLAY_SECONDS_MAX = 60;

/** Free to be acted on. */
const FREE = `(state = 'open' OR (state = 'replaying'
  AND state_at < clock_timestamp() - interval '${REPLAY_SECONDS_MAX} seconds'))`;

/**
 * Stores a batch. A row that is there is opened again when its message died anew, or when an equal
 * message came that was never delivered before; one that was merely delivered twice changes nothing.
 */
export const STORE = `
WITH arrived AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[],
    $7::uuid[], $8::text[], $9::text[], $10::bigint[], $11::bytea[], $12::text[],
    $13::timestamptz[], $14::timestamptz[], $15::boolean[], $16::integer[])
  WITH ORDINALITY AS arrived (id, queue, class, reason, pattern, saga_id, order_id, step, direction,
    attempt, bytes, properties, died_at, last_died_at, is_redelivered, byte_count, nth)
), again AS (
  UPDATE dead_letters d SET state = 'open', state_at = clock_timestamp(), class = arrived.class,
    reason = arrived.reason, properties = arrived.properties::json,
    last_died_at = arrived.last_died_at
  FROM arrived
  WHERE d.id = arrived.id AND (d.last_died_at IS DISTINCT FROM arrived.last_died_at
    OR (d.state IN ('replayed', 'discarded') AND NOT arrived.is_redelivered))
)
INSERT INTO dead_letters (id, queue, class, reason, pattern, saga_id, order_id, step, direction,
  attempt, bytes, byte_count, properties, died_at, last_died_at)
SELECT id, queue, class, reason, pattern, saga_id, order_id, step, direction,
  attempt, bytes, byte_count, properties::json, died_at, last_died_at
FROM arrived ORDER BY nth
ON CONFLICT (id) DO NOTHING`;

/** What the filters of a list are called there, and the columns that they are on. */
export const FILTERS = {
  queue: 'queue',
  pattern: 'pattern',
  reason: 'reason',
  saga: 'saga_id',
} as const;

/** A message of more bytes is unreadable, and no list needs more of it to say so. */
const COLUMNS = (bytes: string) => `id, d.seq::text, queue, state, class, ${bytes} AS bytes,
  coalesce(byte_count, octet_length(bytes)) AS "byteCount", properties, first_seen_at AS "firstSeenAt",
  replayed_count AS "replayedCount"`;

/** A page behind the row numbered $1. */
export function page(filters: string, bytesMax: number): string {
  return `SELECT ${COLUMNS(`substring(bytes FROM 1 FOR ${bytesMax})`)} FROM dead_letters d
WHERE ${UNDECIDED} AND d.seq > $1::bigint ${filters}
ORDER BY d.seq LIMIT $2`;
}

/** How many rows follow a row, by queue. */
export function behind(filters: string): string {
  return `SELECT queue, count(*)::int AS count FROM dead_letters
WHERE ${UNDECIDED} AND seq > $1::bigint ${filters} GROUP BY queue`;
}

/** The largest groups. */
export function groups(filters: string): string {
  return `SELECT queue, pattern, reason, class, count(*)::int AS count,
  min(first_seen_at) AS "oldestAt", max(first_seen_at) AS "newestAt",
  count(*) OVER ()::int AS "groupCount"
FROM dead_letters WHERE ${UNDECIDED} ${filters}
GROUP BY queue, pattern, reason, class
ORDER BY count(*) DESC, queue, pattern, reason, class LIMIT $1`;
}

export const FIND = `
SELECT ${COLUMNS('bytes')} FROM dead_letters d WHERE id = $1 AND ${UNDECIDED}`;

/** Keeps the classes that were found out, for groups and for SQL users. */
export const KEEP_CLASSES = `
UPDATE dead_letters d SET class = known.class
FROM unnest($1::text[], $2::text[]) AS known (id, class)
WHERE d.id = known.id AND d.class <> known.class`;

const BY_ACTION = `action_id = $2, operator = $3, why = $4, state_at = clock_timestamp()`;

export const BEGIN_REPLAY = `
UPDATE dead_letters SET state = 'replaying', ${BY_ACTION}
WHERE id = $1 AND ${FREE} RETURNING id`;

/** It may have died again before this is written, and be open. */
export const END_REPLAY = `
UPDATE dead_letters SET replayed_count = replayed_count + 1,
  state = CASE WHEN state = 'replaying' AND action_id = $2 THEN 'replayed' ELSE state END,
  state_at = clock_timestamp()
WHERE id = $1`;

export const GIVE_UP_REPLAY = `
UPDATE dead_letters SET state = 'open', state_at = clock_timestamp()
WHERE id = $1 AND action_id = $2 AND state = 'replaying'`;

export const DISCARD = `
UPDATE dead_letters SET state = 'discarded', ${BY_ACTION}
WHERE id = $1 AND ${FREE} RETURNING id`;

export const COUNTS = `
SELECT queue, count(*)::int AS count FROM dead_letters WHERE ${UNDECIDED} GROUP BY queue`;
