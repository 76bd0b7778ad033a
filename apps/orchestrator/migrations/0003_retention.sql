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
-- Makes the partitions of these days, UTC, that are not there yet; answers how many. Safe to repeat
-- and for two at once. A day whose rows lie in another partition already is left to that one. Made
-- first and attached then: that waits for nobody who writes to the other partitions.
CREATE FUNCTION make_saga_logs_partitions(from_day date, to_day date) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  day date;
  name text;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(20818, 1);
  FOR day IN SELECT generate_series(from_day, to_day, interval '1 day') LOOP
    name := 'saga_logs_' || to_char(day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass(name) IS NOT NULL;
    BEGIN
      EXECUTE format('CREATE TABLE %I (LIKE saga_logs INCLUDING ALL)', name);
      EXECUTE format('ALTER TABLE saga_logs ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        name, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
      made := made + 1;
    EXCEPTION
      -- It would overlap another one, or the default partition has rows of that day.
      WHEN invalid_object_definition OR check_violation THEN NULL;
    END;
  END LOOP;
  RETURN made;
END $$;
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
  PERFORM make_saga_logs_partitions(today, today + 7);
END $$;
--> statement-breakpoint
-- The final answer of a keyed checkout, from the moment its saga's row is removed.
ALTER TABLE idempotency_keys ADD COLUMN "answer" jsonb;
--> statement-breakpoint
CREATE INDEX "idempotency_keys_saga" ON "idempotency_keys" USING btree ("saga_id");
--> statement-breakpoint
CREATE INDEX "idempotency_keys_age" ON "idempotency_keys" USING btree ("created_at");
