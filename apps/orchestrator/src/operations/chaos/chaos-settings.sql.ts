/**
 * One row at least, so that the time is known when nothing is set. The time is that at which the
 * statement arrived: no change that was committed before it can be missing.
 */
export const CURRENT = `
SELECT extract(epoch FROM statement_timestamp()) * 1000 AS read_at_ms,
  knob, value, until, set_by, reason,
  extract(epoch FROM until - statement_timestamp()) * 1000 AS ms_left
FROM (SELECT 1) AS one LEFT JOIN chaos_settings ON until > statement_timestamp()
ORDER BY knob`;

export const SET = `
INSERT INTO chaos_settings (knob, value, until, set_by, reason)
VALUES ($1, $2, clock_timestamp() + $3 * interval '1 second', $4, $5)
ON CONFLICT (knob) DO UPDATE SET value = excluded.value, until = excluded.until,
  set_by = excluded.set_by, reason = excluded.reason, set_at = excluded.set_at`;

/** With NULL all of them. */
export const END = `
DELETE FROM chaos_settings WHERE $1::text IS NULL OR knob = $1 RETURNING knob`;
