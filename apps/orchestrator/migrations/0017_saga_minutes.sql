-- expand
-- What each orchestrator counted in each minute, for charts; and what operators do with many sagas at
-- once: a preview is a frozen set, and each item of a bulk operation has its own outcome.
CREATE TABLE "saga_minutes" (
	"minute" timestamp with time zone NOT NULL,
	"instance_id" uuid NOT NULL,
	"started" integer NOT NULL,
	"done" integer NOT NULL,
	"undone" integer NOT NULL,
	"by_code" jsonb NOT NULL,
	"durations" jsonb NOT NULL,
	"steps" jsonb NOT NULL,
	CONSTRAINT "saga_minutes_pkey" PRIMARY KEY("minute","instance_id")
);
--> statement-breakpoint
CREATE TABLE "saga_previews" (
	"id" uuid PRIMARY KEY NOT NULL,
	"action" text NOT NULL,
	"saga_ids" uuid[] NOT NULL,
	"made_by" text NOT NULL,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "saga_previews_action" CHECK (action IN ('retry', 'resume', 'compensate'))
);
--> statement-breakpoint
CREATE TABLE "bulk_operations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"preview_id" uuid NOT NULL,
	"action" text NOT NULL,
	"operator" text NOT NULL,
	"caller" text,
	"token_id" text,
	"reason" text NOT NULL,
	"per_second" integer NOT NULL,
	"state" text DEFAULT 'running' NOT NULL,
	"owner" uuid,
	"lease_until" timestamp with time zone,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	"stopped_by" text,
	CONSTRAINT "bulk_operations_preview" UNIQUE("preview_id"),
	CONSTRAINT "bulk_operations_state" CHECK (state IN ('running', 'stopped', 'done'))
);
--> statement-breakpoint
CREATE INDEX "bulk_operations_running" ON "bulk_operations" USING btree ("started_at") WHERE state = 'running';
--> statement-breakpoint
CREATE TABLE "bulk_items" (
	"bulk_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"saga_id" uuid NOT NULL,
	"begun_at" timestamp with time zone,
	"outcome" text,
	"why" text,
	"ended_at" timestamp with time zone,
	CONSTRAINT "bulk_items_pkey" PRIMARY KEY("bulk_id","position"),
	CONSTRAINT "bulk_items_outcome" CHECK (outcome IN ('done', 'refused', 'failed', 'unknown', 'stopped'))
);
