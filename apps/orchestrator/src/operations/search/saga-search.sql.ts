import { SAGA_CONDITIONS } from '@backstitch/shared-types';
import { placeTime } from '../before-place.js';

/** So many rows are read for one request, however few of them match. */
export const LOOKED_MAX = 20_000;

/** From which rows a search chooses. */
export type Source = 'all' | 'unfinished' | 'waiting' | 'named';

/** What each condition means, of a row of saga_state. */
const MEANING = {
  retrying: `(status IN ('RUNNING', 'COMPENSATING') AND last_error IS NOT NULL AND NOT needs_attention)`,
  parked: `(status IN ('RUNNING', 'COMPENSATING') AND needs_attention)`,
  doubt: `(status IN ('RUNNING', 'COMPENSATING') AND coalesce(
    last_error->>'code' = 'REPLY_TIMEOUT'
    OR status = 'COMPENSATING' AND failure->>'kind' = 'unknown', false))`,
  waiting: `(status = 'WAITING')`,
} as const satisfies Record<(typeof SAGA_CONDITIONS)[number], string>;

const COLUMNS = `saga_id, order_id, definition, status, current_step, attempt, wake_at, due_at,
  created_at, updated_at, needs_attention, last_error, failure, input`;

/** Always there, so that the index is used: for the first page it is after all times. */
const BEFORE = `(created_at, saga_id) < ($1::timestamptz, $2::uuid) AND created_at >= $3::timestamptz`;

/** Before which rows, and from when on, where a search does not say. */
export const FROM_THE_NEWEST = { at: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };
export const SINCE_EVER = '-infinity';

/**
 * The rows that a search looks at: the newest of all, by the index of created_at; or the unfinished
 * ones, by their partial indexes; or those that the ids name. Columns that change have no index.
 */
const SOURCE: Readonly<Record<Source, string>> = {
  all: `SELECT ${COLUMNS} FROM saga_state WHERE ${BEFORE}`,
  unfinished: `SELECT ${COLUMNS} FROM (
    SELECT * FROM saga_state WHERE status IN ('RUNNING', 'COMPENSATING') OFFSET 0
  ) AS unfinished WHERE ${BEFORE}`,
  waiting: `SELECT ${COLUMNS} FROM (
    SELECT * FROM saga_state WHERE due_at IS NOT NULL AND status = 'WAITING' OFFSET 0
  ) AS waiting WHERE ${BEFORE}`,
  named: `SELECT ${COLUMNS} FROM saga_state
    WHERE saga_id = ANY ($9::uuid[]) AND ${BEFORE}`,
};

/**
 * One page, the groups of all matches that were looked at, and how far that was. $4 to $8: user,
 * status, condition, code, step.
 */
export function searchSql(source: Source, limitAt: number): string {
  const conditions = SAGA_CONDITIONS.map(
    (name) => `CASE WHEN ${MEANING[name]} THEN '${name}' END`,
  ).join(', ');
  return `
WITH looked AS MATERIALIZED (
  SELECT saga_id, created_at, status,
    array_remove(ARRAY[${conditions}]::text[], NULL) AS "is",
    coalesce(failure->>'code', last_error->>'code') AS code,
    CASE WHEN failure IS NOT NULL THEN failure->>'step'
      WHEN last_error IS NOT NULL THEN current_step END AS step,
    -- Reading the input takes longest: only where a user is looked for.
    CASE WHEN $4::text IS NOT NULL THEN input->>'userId' END AS user_id
  FROM (
    ${SOURCE[source]}
    ORDER BY created_at DESC, saga_id DESC LIMIT ${LOOKED_MAX}
  ) AS rows
), matching AS MATERIALIZED (
  SELECT * FROM looked
  WHERE ($4::text IS NULL OR user_id = $4::text)
    AND ($5::text IS NULL OR status = $5::text)
    AND ($6::text IS NULL OR $6::text = ANY ("is"))
    AND ($7::text IS NULL OR code = $7::text)
    AND ($8::text IS NULL OR step = $8::text)
), newest AS (
  SELECT * FROM matching ORDER BY created_at DESC, saga_id DESC LIMIT $${limitAt}::int
), page AS (
  SELECT s.saga_id AS "sagaId", s.order_id AS "orderId", s.definition,
    s.input->>'userId' AS "userId", s.input->>'totalAmount' AS amount,
    s.status, s.current_step AS "currentStep",
    CASE WHEN s.status IN ('RUNNING', 'COMPENSATING') THEN s.attempt END AS attempt,
    ${placeTime('coalesce(s.due_at, s.wake_at)')} AS "nextTryAt",
    newest."is", newest.code, newest.step, ${placeTime('s.created_at')} AS "createdAt",
    ${placeTime('s.updated_at')} AS "updatedAt"
  FROM newest JOIN saga_state s ON s.saga_id = newest.saga_id
  ORDER BY s.created_at DESC, s.saga_id DESC
), groups AS (
  SELECT code, step, count(*)::int AS count FROM matching GROUP BY code, step
), oldest AS (
  SELECT saga_id, created_at FROM looked ORDER BY created_at, saga_id LIMIT 1
)
SELECT
  (SELECT coalesce(json_agg(page), '[]') FROM page) AS sagas,
  (SELECT coalesce(json_agg(groups ORDER BY count DESC, code, step), '[]') FROM groups) AS groups,
  (SELECT count(*)::int FROM matching) AS matched,
  (SELECT count(*)::int FROM looked) AS looked,
  (SELECT ${placeTime('created_at')} FROM oldest) AS "oldestAt",
  (SELECT saga_id FROM oldest) AS "oldestId"`;
}

/** The sagas that an id names, each by an index. Of keys the newest are looked at. */
export const NAMED = `
SELECT saga_id FROM saga_state WHERE saga_id = $1::uuid
UNION SELECT saga_id FROM saga_state WHERE order_id = $1::uuid`;

export const OF_KEY = `
SELECT DISTINCT saga_id FROM (
  SELECT saga_id, key, kind FROM idempotency_keys ORDER BY created_at DESC LIMIT ${LOOKED_MAX}
) AS newest WHERE key = $1::text AND kind = 'KEYED'`;
