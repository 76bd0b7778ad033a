-- The log by days: what is too old to keep is dropped by the day, which leaves no dead row behind.
-- What was logged before goes on as a partition of its own, up to a day that nothing has reached yet.
ALTER TABLE saga_logs RENAME TO saga_logs_before;
--> statement-breakpoint
ALTER TABLE saga_logs_before RENAME CONSTRAINT saga_logs_pkey TO saga_logs_before_pkey;
--> statement-breakpoint
CREATE TABLE saga_logs (
	"saga_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"step" text NOT NULL,
	"status" text NOT NULL,
	"data" jsonb,
	CONSTRAINT "saga_logs_pkey" PRIMARY KEY("saga_id","created_at"),
	CONSTRAINT "saga_logs_status" CHECK (status IN ('STARTED', 'COMPLETED', 'FAILED'))
) PARTITION BY RANGE (created_at);
--> statement-breakpoint
-- A log row always finds its place, whoever forgot to make partitions in time.
CREATE TABLE saga_logs_default PARTITION OF saga_logs DEFAULT;
--> statement-breakpoint
-- Makes the partition of a day, UTC, and answers 'made'; 'there' when another one covers the day or has
-- its name, 'in default' when the default partition has rows of it, which nothing moves. Safe to
-- repeat, and for two at once. Rows are looked for before anything is locked, for the lock on the
-- default partition lasts as long as PostgreSQL then reads it once more.
CREATE FUNCTION make_saga_logs_day(day date) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  name text := 'saga_logs_' || to_char(day, 'YYYYMMDD');
  since timestamptz := day::timestamp AT TIME ZONE 'UTC';
  until timestamptz := (day + 1)::timestamp AT TIME ZONE 'UTC';
BEGIN
  PERFORM pg_advisory_xact_lock(20818, 1);
  IF to_regclass(name) IS NOT NULL THEN RETURN 'there'; END IF;
  IF EXISTS (SELECT FROM saga_logs_default WHERE created_at >= since AND created_at < until) THEN
    RETURN 'in default';
  END IF;
  EXECUTE format('CREATE TABLE %I (LIKE saga_logs INCLUDING ALL)', name);
  EXECUTE format('ALTER TABLE saga_logs ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
    name, since, until);
  RETURN 'made';
EXCEPTION
  -- It would overlap another one; or somebody made it, whom a look at the names may miss.
  WHEN invalid_object_definition OR duplicate_table THEN RETURN 'there';
  WHEN check_violation THEN RETURN 'in default'; -- since a moment ago
END $$;
--> statement-breakpoint
-- The same for all of these days at once; answers how many were made.
CREATE FUNCTION make_saga_logs_partitions(from_day date, to_day date) RETURNS integer
LANGUAGE sql AS $$
  SELECT count(*) FILTER (WHERE make_saga_logs_day(day::date) = 'made')::integer
  FROM generate_series(from_day, to_day, interval '1 day') AS day;
$$;
--> statement-breakpoint
DO $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  last_day date := (SELECT (max(created_at) AT TIME ZONE 'UTC')::date FROM saga_logs_before);
BEGIN
  IF last_day IS NULL THEN
    DROP TABLE saga_logs_before;
  ELSE
    EXECUTE format('ALTER TABLE saga_logs ATTACH PARTITION saga_logs_before
      FOR VALUES FROM (MINVALUE) TO (%L)',
      (greatest(last_day, today + 1) + 1)::timestamp AT TIME ZONE 'UTC');
  END IF;
  PERFORM make_saga_logs_partitions(today, today + 35);
END $$;
--> statement-breakpoint
-- The final answer of a keyed checkout, from the moment its saga's row is removed.
ALTER TABLE idempotency_keys ADD COLUMN "answer" jsonb;
--> statement-breakpoint
CREATE INDEX "idempotency_keys_saga" ON "idempotency_keys" USING btree ("saga_id");
--> statement-breakpoint
CREATE INDEX "idempotency_keys_age" ON "idempotency_keys" USING btree ("created_at");
