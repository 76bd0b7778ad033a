/** The days from today to $1 days ahead that no partition covers, in order. */
export const MISSING_DAYS = `
WITH covered AS (
  SELECT substring(bound FROM $$FROM \\('([^']+)'\\)$$)::timestamptz AS since,
    substring(bound FROM $$TO \\('([^']+)'\\)$$)::timestamptz AS until
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  CROSS JOIN LATERAL pg_get_expr(relpartbound, pg_class.oid) AS bound
  WHERE inhparent = 'saga_logs'::regclass AND bound <> 'DEFAULT'
)
SELECT day::text AS day, day - today AS ahead
FROM (SELECT (now() AT TIME ZONE 'UTC')::date) AS at (today)
CROSS JOIN LATERAL (SELECT today + n FROM generate_series(0, $1::int) AS n) AS days (day)
CROSS JOIN LATERAL (SELECT day::timestamp AT TIME ZONE 'UTC') AS begins (at)
WHERE NOT EXISTS (SELECT FROM covered
  WHERE (since IS NULL OR since <= begins.at) AND (until IS NULL OR until > begins.at))
ORDER BY day`;

/** Answers what became of it; see the migration that makes this function. */
export const MAKE_DAY = 'SELECT make_saga_logs_day($1::date) AS outcome';
