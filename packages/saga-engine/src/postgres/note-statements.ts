/**
 * Notes are written by the statement that commits their transition. Log rows and notes of a saga share
 * one rising time, so that both can be read as one sequence. The notes of a transition come before its
 * log rows: the time of the first note is two microseconds before `last_log_at`, which leaves space
 * for two notes and two log rows.
 */
export const NOTE_CELLS =
  'l.note_1, l.note_step_1, l.note_data_1, l.note_2, l.note_step_2, l.note_data_2';

/** What `last_log_at` becomes when the transition has a note. */
export const NOTED_AT =
  "greatest(clock_timestamp(), s.last_log_at + interval '2 microseconds') + interval '2 microseconds'";

/** Follows `updated`, which returns NOTE_CELLS. */
export const NOTED = `, noted AS (
  INSERT INTO saga_notes (saga_id, created_at, kind, step, data)
  SELECT u.saga_id, u.last_log_at + (note.nth - 2) * interval '1 microsecond', note.kind, note.step,
    note.data
  FROM updated u CROSS JOIN LATERAL (VALUES
    (0, u.note_1, u.note_step_1, u.note_data_1), (1, u.note_2, u.note_step_2, u.note_data_2)
  ) note(nth, kind, step, data)
  WHERE note.kind IS NOT NULL
)`;

/** A takeover moves no log row; its note gets the time that the next row would have. */
export const TAKEN_AT = "greatest(clock_timestamp(), s.last_log_at + interval '2 microseconds')";

/** Notes of sagas in `taken`, which has their columns and the former owner. */
export const TAKEOVER_NOTED = `noted AS (
  INSERT INTO saga_notes (saga_id, created_at, kind, step, data)
  SELECT saga_id, last_log_at, 'TAKEN_OVER', current_step,
    jsonb_build_object('owner', owner, 'formerOwner', former_owner, 'epoch', epoch)
  FROM taken
)`;

export const NOTES = `
SELECT kind, step, data,
  to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "createdAt"
FROM saga_notes WHERE saga_id = $1 ORDER BY created_at`;
