-- expand
-- What operators set for a time, to try failures; and their names in the record of actions.
CREATE TABLE "chaos_settings" (
	"knob" text PRIMARY KEY NOT NULL,
	"value" double precision NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"set_by" text NOT NULL,
	"reason" text NOT NULL,
	"set_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE operator_actions
  DROP CONSTRAINT operator_actions_action,
  ADD CONSTRAINT operator_actions_action
    CHECK (action IN ('replay', 'discard', 'retry', 'resume', 'compensate', 'set', 'end')) NOT VALID,
  DROP CONSTRAINT operator_actions_subject_kind,
  ADD CONSTRAINT operator_actions_subject_kind
    CHECK (subject_kind IN ('dead-letter', 'saga', 'chaos')) NOT VALID;
