CREATE TABLE "operator_actions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"operator" text NOT NULL,
	"action" text NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"reason" text NOT NULL,
	"seen" text,
	"outcome" text,
	"detail" jsonb NOT NULL,
	CONSTRAINT "operator_actions_action" CHECK (action IN ('replay', 'discard', 'retry', 'resume', 'compensate')),
	CONSTRAINT "operator_actions_subject_kind" CHECK (subject_kind IN ('dead-letter', 'saga')),
	CONSTRAINT "operator_actions_outcome" CHECK (outcome IN ('done', 'refused', 'failed', 'unknown'))
);
--> statement-breakpoint
-- What was done stays on record: a row is written before the act and may be given its outcome once.
CREATE FUNCTION operator_actions_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.outcome IS NULL AND NEW.outcome IS NOT NULL AND NEW.detail @> OLD.detail
      AND (NEW.id, NEW.at, NEW.operator, NEW.action, NEW.subject_kind, NEW.subject_id, NEW.reason)
        = (OLD.id, OLD.at, OLD.operator, OLD.action, OLD.subject_kind, OLD.subject_id, OLD.reason)
      AND NEW.seen IS NOT DISTINCT FROM OLD.seen
    THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'operator_actions is append-only: only a missing outcome may be added';
END $$;
--> statement-breakpoint
CREATE TRIGGER operator_actions_stay BEFORE UPDATE OR DELETE ON operator_actions
  FOR EACH ROW EXECUTE FUNCTION operator_actions_stay();
--> statement-breakpoint
CREATE TRIGGER operator_actions_stay_all BEFORE TRUNCATE ON operator_actions
  FOR EACH STATEMENT EXECUTE FUNCTION operator_actions_stay();
