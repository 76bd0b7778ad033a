-- expand
-- The messages that no service could read or serve, taken out of the dead-letter queues. An orchestrator
-- of the release before goes on looking into the queues, and finds there what is not taken yet.
CREATE TABLE "dead_letters" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
	"queue" text NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"class" text NOT NULL,
	"reason" text,
	"pattern" text,
	"saga_id" uuid,
	"order_id" uuid,
	"step" text,
	"direction" text,
	"attempt" bigint,
	"bytes" "bytea" NOT NULL,
	"properties" json NOT NULL,
	"first_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"died_at" timestamp with time zone,
	"last_died_at" timestamp with time zone,
	"replayed_count" integer DEFAULT 0 NOT NULL,
	"action_id" uuid,
	"operator" text,
	"why" text,
	"state_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "dead_letters_state" CHECK (state IN ('open', 'replaying', 'replayed', 'discarded')),
	CONSTRAINT "dead_letters_class" CHECK (class IN ('obsolete', 'replayable', 'poison', 'unknown shape', 'unclear'))
);
--> statement-breakpoint
CREATE INDEX "dead_letters_seq" ON "dead_letters" USING btree ("seq") WHERE state IN ('open', 'replaying');--> statement-breakpoint
CREATE INDEX "dead_letters_queue" ON "dead_letters" USING btree ("queue","seq") WHERE state IN ('open', 'replaying');--> statement-breakpoint
CREATE INDEX "dead_letters_pattern" ON "dead_letters" USING btree ("pattern","seq") WHERE state IN ('open', 'replaying');--> statement-breakpoint
CREATE INDEX "dead_letters_reason" ON "dead_letters" USING btree ("reason","seq") WHERE state IN ('open', 'replaying');--> statement-breakpoint
CREATE INDEX "dead_letters_class" ON "dead_letters" USING btree ("class","seq") WHERE state IN ('open', 'replaying');--> statement-breakpoint
CREATE INDEX "dead_letters_saga" ON "dead_letters" USING btree ("saga_id","seq") WHERE state IN ('open', 'replaying');--> statement-breakpoint
CREATE INDEX "dead_letters_order" ON "dead_letters" USING btree ("order_id") WHERE state IN ('open', 'replaying');--> statement-breakpoint
CREATE INDEX "dead_letters_decided" ON "dead_letters" USING btree ("state_at") WHERE state IN ('replayed', 'discarded');
