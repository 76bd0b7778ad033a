import { NEW, NOTED_WRITTEN, WRITTEN } from './columns.js';
import { NOTE_CELLS, NOTED, NOTED_AT, NOTES, TAKEN_AT, TAKEOVER_NOTED } from './note-statements.js';
import { cells, time } from './sql-parts.js';
import type { SagaTableNames } from './table-names.js';
import { lock, MOVE, RECORD_SIGNAL, SIGNAL, takeDue } from './wait-statements.js';

/** What is read of a saga; times as milliseconds, so that nothing is lost in a Date. */
function columns(subject: string): string {
  const ms = (column: string) => `extract(epoch FROM s.${column})::float8 * 1000 AS ${column}`;
  return `s.saga_id, s."${subject}" AS subject_id, s.definition, s.definition_version, s.status,
    s.current_step, s.attempt, s.waiting_for, s.last_error, s.needs_attention, s.failure, s.kept,
    s.input, s.request_id, s.version, s.epoch, s.owner, s.waits, ${ms('due_at')}, ${ms('wake_at')}, ${ms('step_deadline_at')},
    ${ms('saga_deadline_at')}, ${ms('created_at')}`;
}

const UNFINISHED = `status IN ('RUNNING', 'COMPENSATING')`;

const LOGGED_AT = `CASE WHEN l.step_1 IS NULL THEN s.last_log_at
      ELSE greatest(clock_timestamp(), s.last_log_at + interval '2 microseconds') END`;

/**
 * The transitions of many sagas in one statement.
 *
 * The rows are locked one by one in the order given (by saga id), each by the LATERAL subquery,
 * which no planner can turn into another kind of join; only then is the version checked, on the
 * row as it is under the lock. `last_log_at` never goes back and leaves space for two rows a
 * transition, which get it and the microsecond after it. Log rows come only from updated rows.
 * Transitions with notes have a statement of their own: the others send and read nothing of notes.
 */
const save = (isNoted: boolean) => `
WITH input AS (
  SELECT place, ${cells(isNoted ? NOTED_WRITTEN : WRITTEN, 2)}
  FROM generate_series(1, cardinality($2::uuid[])) AS place
), locked AS (
  SELECT i.*, row.at FROM input i CROSS JOIN LATERAL (
    SELECT s.ctid AS at, s.version, s.owner FROM saga_state s
    WHERE s.saga_id = i.saga_id FOR UPDATE
  ) row
  WHERE row.version = i.version AND row.owner = $1
), updated AS (
  UPDATE saga_state s SET
    current_step = l.current_step, status = l.status, attempt = l.attempt,
    waiting_for = l.waiting_for, wake_at = ${time('l.wake_at')},
    step_deadline_at = ${time('l.step_deadline_at')}, last_error = l.last_error,
    needs_attention = l.needs_attention, kept = coalesce(l.kept, s.kept),
    failure = coalesce(l.failure, s.failure), version = s.version + 1,
    last_log_at = ${isNoted ? NOTED_AT : LOGGED_AT},
    updated_at = clock_timestamp()
  FROM locked l WHERE s.ctid = l.at
  RETURNING s.saga_id, s.last_log_at, l.step_1, l.status_1, l.data_1, l.step_2, l.status_2,
    l.data_2, l.place${isNoted ? `, ${NOTE_CELLS}` : ''}
), logged AS (
  INSERT INTO saga_logs (saga_id, created_at, step, status, data)
  SELECT u.saga_id, u.last_log_at + log.nth * interval '1 microsecond', log.step, log.status,
    log.data
  FROM updated u CROSS JOIN LATERAL (VALUES
    (0, u.step_1, u.status_1, u.data_1), (1, u.step_2, u.status_2, u.data_2)
  ) log(nth, step, status, data)
  WHERE log.step IS NOT NULL
)${isNoted ? NOTED : ''}
SELECT count(*)::int AS saved, string_agg(place::text, ',') AS places FROM updated`;

/** New sagas, in saga id order; the log row of a new saga says that its first step was started. */
const insert = (subject: string) => `
WITH inserted AS (
  INSERT INTO saga_state (saga_id, "${subject}", definition, definition_version, status,
    current_step, attempt, waiting_for, wake_at, needs_attention, step_deadline_at,
    saga_deadline_at, kept, input, request_id, version, epoch, owner, last_log_at, created_at,
    updated_at)
  SELECT i.saga_id, i.subject_id, i.definition, i.definition_version, 'RUNNING', i.current_step,
    1, 'reply', ${time('i.wake_at')}, false, ${time('i.step_deadline_at')},
    ${time('i.saga_deadline_at')}, '{}', i.input, i.request_id, 1, 1, i.owner, at, at, at
  FROM (
    SELECT ${cells(NEW, 1)} FROM generate_series(1, cardinality($1::uuid[])) AS place
  ) i
  CROSS JOIN clock_timestamp() AS at
  ORDER BY i.saga_id
  ON CONFLICT (saga_id) DO NOTHING
  RETURNING saga_id, current_step, last_log_at
), logged AS (
  INSERT INTO saga_logs (saga_id, created_at, step, status)
  SELECT saga_id, last_log_at, current_step, 'STARTED' FROM inserted
)
SELECT saga_id FROM inserted`;

const load = (subject: string) => `
SELECT ${columns(subject)} FROM saga_state s WHERE s.saga_id = ANY ($1::uuid[])`;

/**
 * The age of a heartbeat is within the limit on both sides: one that is in the future, because the
 * clock went back, is no sign of life. The limit may be infinite.
 */
const ALIVE = `abs(extract(epoch FROM heartbeat_at - clock_timestamp())::float8) * 1000 < $3::float8`;

/**
 * The living owners are read once, before any saga: a saga that another instance took meanwhile has
 * a living owner when its lock is free again, and is left alone. An instance that is not among the
 * living takes nothing: the clock was set, or all heartbeats are late. Sagas that are being undone
 * go first ("COMPENSATING" sorts before "RUNNING").
 */
const takeOver = (subject: string) => `
WITH silent AS (
  SELECT s.saga_id, s.owner AS former_owner FROM saga_state s
  WHERE s.${UNFINISHED} AND s.owner <> $1
    AND EXISTS (SELECT 1 FROM saga_owners WHERE instance_id = $1 AND ${ALIVE})
    AND s.owner <> ALL (ARRAY(SELECT instance_id FROM saga_owners WHERE ${ALIVE}))
    AND (s.definition || '@' || s.definition_version) = ANY ($4::text[])
  ORDER BY s.status, s.saga_id LIMIT $2 FOR UPDATE OF s SKIP LOCKED
), taken AS (
  UPDATE saga_state s SET owner = $1, epoch = s.epoch + 1, version = s.version + 1,
    last_log_at = ${TAKEN_AT}, updated_at = clock_timestamp()
  FROM silent WHERE s.saga_id = silent.saga_id
  RETURNING s.*, silent.former_owner
), ${TAKEOVER_NOTED}
SELECT ${columns(subject)}, s.former_owner FROM taken s`;

/** Ended sagas have no owner to be taken from; the version says that nothing moved since. */
const seize = (subject: string) => `
WITH taken AS (
  UPDATE saga_state s SET owner = $1, epoch = s.epoch + 1, version = s.version + 1,
    last_log_at = ${TAKEN_AT}, updated_at = clock_timestamp()
  WHERE s.saga_id = $2 AND s.version = $3 AND s.${UNFINISHED}
  RETURNING s.*, $4::uuid AS former_owner
), ${TAKEOVER_NOTED}
SELECT ${columns(subject)} FROM taken s`;

/** The same sagas, only read: for when one of the rows cannot be written. */
const silentSagas = (subject: string) => `
SELECT ${columns(subject)} FROM saga_state s
WHERE s.${UNFINISHED} AND s.owner <> $1
  AND EXISTS (SELECT 1 FROM saga_owners WHERE instance_id = $1 AND ${ALIVE})
  AND s.owner <> ALL (ARRAY(SELECT instance_id FROM saga_owners WHERE ${ALIVE}))
  AND (s.definition || '@' || s.definition_version) = ANY ($4::text[])
ORDER BY s.status, s.saga_id LIMIT $2`;

const ownOverdue = (subject: string) => `
SELECT ${columns(subject)} FROM saga_state s
WHERE s.${UNFINISHED} AND s.owner = $1
  AND s.wake_at < clock_timestamp() - $3::float8 * interval '1 millisecond'
ORDER BY s.wake_at LIMIT $2`;

/** Each half by its own partial index. */
const UNFINISHED_OF = `
(SELECT 1 FROM saga_state
 WHERE ${UNFINISHED} AND definition = $1 AND definition_version = $2 LIMIT 1)
UNION ALL
(SELECT 1 FROM saga_state
 WHERE due_at IS NOT NULL AND definition = $1 AND definition_version = $2 LIMIT 1)
LIMIT 1`;

const HISTORY = `
SELECT step, status, data,
  to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "createdAt"
FROM saga_logs WHERE saga_id = $1 ORDER BY created_at`;

/** Names of the long dead are forgotten on the way; a name without a row counts as dead. */
const HEARTBEAT = `
WITH forgotten AS (
  DELETE FROM saga_owners WHERE heartbeat_at < clock_timestamp() - interval '1 day'
)
INSERT INTO saga_owners (instance_id, heartbeat_at, started_at)
VALUES ($1, clock_timestamp(), clock_timestamp())
ON CONFLICT (instance_id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at
RETURNING extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms`;

const RELEASE = `DELETE FROM saga_owners WHERE instance_id = $1`;

/** In the one order in which every instance records them. */
const RECORD = `
INSERT INTO saga_definitions (name, version, fingerprint)
SELECT * FROM unnest($1::text[], $2::int[], $3::text[]) AS own (name, version, fingerprint)
ORDER BY name, version
ON CONFLICT (name, version) DO NOTHING`;

/** A statement of its own: its snapshot must be newer than the wait for another instance's record. */
const RECORDED = `
SELECT d.name, d.version, d.fingerprint FROM saga_definitions d
JOIN unnest($1::text[], $2::int[]) AS own (name, version) USING (name, version)`;

export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** The statements of one set of tables, each prepared under its name on first use. */
export function sagaStatements(tables: SagaTableNames) {
  const subject = tables.subjectColumn;
  const named = (name: string, text: string): Statement => ({ name: `saga_${name}`, text });
  return {
    save: named('save', save(false)),
    saveNoted: named('save_noted', save(true)),
    insert: named('insert', insert(subject)),
    load: named('load', load(subject)),
    takeOver: named('take_over', takeOver(subject)),
    silentSagas: named('silent_sagas', silentSagas(subject)),
    seize: named('seize', seize(subject)),
    ownOverdue: named('own_overdue', ownOverdue(subject)),
    unfinished: named('unfinished', UNFINISHED_OF),
    history: named('history', HISTORY),
    notes: named('notes', NOTES),
    heartbeat: named('heartbeat', HEARTBEAT),
    record: named('record', RECORD),
    recorded: named('recorded', RECORDED),
    release: named('release', RELEASE),
    move: named('move', MOVE),
    recordSignal: named('record_signal', RECORD_SIGNAL),
    signal: named('signal', SIGNAL),
    lock: named('lock', lock(columns(subject))),
    takeDue: named('take_due', takeDue(columns(subject))),
  };
}

export type SagaStatements = ReturnType<typeof sagaStatements>;
