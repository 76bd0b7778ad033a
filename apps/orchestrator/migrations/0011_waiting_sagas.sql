-- expand
-- Sagas that wait: the status WAITING, the end of the wait, what a saga remembers of its waits, and what
-- each signal was answered. An orchestrator of the release before drives no saga that waits, because it
-- does not have its definition.
ALTER TABLE saga_state
  ADD COLUMN due_at timestamp with time zone,
  ADD COLUMN waits jsonb;
--> statement-breakpoint
ALTER TABLE saga_state
  DROP CONSTRAINT saga_state_status,
  ADD CONSTRAINT saga_state_status
    CHECK (status IN ('RUNNING', 'COMPENSATING', 'WAITING', 'DONE', 'COMPENSATED')) NOT VALID;
--> statement-breakpoint
CREATE TABLE saga_signals (
	"saga_id" uuid NOT NULL,
	"signal_id" text NOT NULL,
	"name" text NOT NULL,
	"data" jsonb,
	"answer" jsonb NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	CONSTRAINT "saga_signals_pkey" PRIMARY KEY("saga_id","signal_id")
);
--> statement-breakpoint
-- The retention of the release before takes every saga for finished that no orchestrator drives.
CREATE FUNCTION keep_waiting_saga() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER saga_state_keeps_waiting BEFORE DELETE ON saga_state
  FOR EACH ROW WHEN (OLD.status = 'WAITING') EXECUTE FUNCTION keep_waiting_saga();
