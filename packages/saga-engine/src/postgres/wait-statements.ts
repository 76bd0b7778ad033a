import { SIGNALS_RECORDED_MAX } from '../core/signal.js';
import { WAIT_WRITTEN } from './columns.js';
import { NOTE_CELLS, NOTED, NOTED_AT } from './note-statements.js';
import { cells, time } from './sql-parts.js';

/**
 * Transitions that begin or end a wait, or that a signal causes; as SAVE, with more columns. The
 * owner is asked for only where the row has a guard. A signal is recorded first: when its id is on
 * record, its transition is not written. Both are in one statement, and so in one commit.
 */
export const MOVE = `
WITH input AS (
  SELECT place, ${cells(WAIT_WRITTEN, 1)}
  FROM generate_series(1, cardinality($1::uuid[])) AS place
), locked AS (
  SELECT i.*, row.at FROM input i CROSS JOIN LATERAL (
    SELECT s.ctid AS at, s.version, s.owner FROM saga_state s
    WHERE s.saga_id = i.saga_id FOR UPDATE
  ) row
  WHERE row.version = i.version AND row.owner = coalesce(i.guard, row.owner)
), recorded AS (
  INSERT INTO saga_signals (saga_id, signal_id, name, data, answer, recorded_at)
  SELECT saga_id, signal_id, signal_name, signal_data, signal_answer, clock_timestamp()
  FROM locked WHERE signal_id IS NOT NULL
  ON CONFLICT (saga_id, signal_id) DO NOTHING
  RETURNING saga_id
), updated AS (
  UPDATE saga_state s SET
    current_step = l.current_step, status = l.status, attempt = l.attempt,
    waiting_for = l.waiting_for, wake_at = ${time('l.wake_at')}, due_at = ${time('l.due_at')},
    step_deadline_at = ${time('l.step_deadline_at')}, last_error = l.last_error,
    saga_deadline_at = ${time('l.saga_deadline_at')}, waits = l.waits, owner = l.owner,
    needs_attention = l.needs_attention, kept = coalesce(l.kept, s.kept),
    failure = coalesce(l.failure, s.failure), version = s.version + 1,
    last_log_at = CASE WHEN l.note_1 IS NOT NULL THEN ${NOTED_AT}
      WHEN l.step_1 IS NULL THEN s.last_log_at
      ELSE greatest(clock_timestamp(), s.last_log_at + interval '2 microseconds') END,
    updated_at = clock_timestamp()
  FROM locked l WHERE s.ctid = l.at
    AND (l.signal_id IS NULL OR l.saga_id IN (SELECT saga_id FROM recorded))
  RETURNING s.saga_id, s.last_log_at, l.step_1, l.status_1, l.data_1, l.step_2, l.status_2,
    l.data_2, l.place, ${NOTE_CELLS}
), logged AS (
  INSERT INTO saga_logs (saga_id, created_at, step, status, data)
  SELECT u.saga_id, u.last_log_at + log.nth * interval '1 microsecond', log.step, log.status,
    log.data
  FROM updated u CROSS JOIN LATERAL (VALUES
    (0, u.step_1, u.status_1, u.data_1), (1, u.step_2, u.status_2, u.data_2)
  ) log(nth, step, status, data)
  WHERE log.step IS NOT NULL
)${NOTED}
SELECT count(*)::int AS saved, string_agg(place::text, ',') AS places FROM updated`;

/**
 * A signal that changes nothing, as long as the saga has the version that it was judged by, and room
 * for one more.
 */
export const RECORD_SIGNAL = `
WITH judged AS (
  SELECT saga_id, ${SIGNALS_RECORDED_MAX} > (
    SELECT count(*) FROM saga_signals g WHERE g.saga_id = $1
  ) AS has_room
  FROM saga_state WHERE saga_id = $1 AND version = $2
), recorded AS (
  INSERT INTO saga_signals (saga_id, signal_id, name, data, answer, recorded_at)
  SELECT saga_id, $3, $4, $5::jsonb, $6::jsonb, clock_timestamp() FROM judged WHERE has_room
  ON CONFLICT (saga_id, signal_id) DO NOTHING
  RETURNING 1
)
SELECT CASE WHEN NOT has_room THEN 'too-many' WHEN EXISTS (SELECT FROM recorded) THEN 'recorded'
  ELSE 'guard-failed' END AS recorded FROM judged`;

/** A saga's row, locked until the transaction ends, and the time. */
export const lock = (columns: string) => `
SELECT ${columns}, extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms
FROM saga_state s WHERE s.saga_id = $1 FOR UPDATE`;

export const SIGNAL = `
SELECT name, data, answer FROM saga_signals WHERE saga_id = $1 AND signal_id = $2`;

/**
 * The index on due_at has waiting sagas only. There is no lower bound: a row that is committed late
 * would fall below one that moves.
 */
export const takeDue = (columns: string) => `
WITH due AS (
  SELECT s.saga_id FROM saga_state s
  WHERE s.due_at <= now() AND s.status = 'WAITING'
    AND (s.definition || '@' || s.definition_version) = ANY ($3::text[])
  ORDER BY s.due_at LIMIT $2 FOR UPDATE OF s SKIP LOCKED
)
UPDATE saga_state s SET status = 'RUNNING', owner = $1, due_at = NULL, waiting_for = 'leave',
  wake_at = clock_timestamp(), epoch = s.epoch + 1, version = s.version + 1,
  updated_at = clock_timestamp()
FROM due WHERE s.saga_id = due.saga_id
RETURNING ${columns}`;
