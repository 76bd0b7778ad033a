CREATE TABLE "idempotency_keys" (
	"caller" text NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"saga_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY("caller","kind","key"),
	CONSTRAINT "idempotency_keys_kind" CHECK (kind IN ('KEYED', 'KEYLESS'))
);
--> statement-breakpoint
CREATE TABLE "saga_logs" (
	"saga_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"step" text NOT NULL,
	"status" text NOT NULL,
	"data" jsonb,
	CONSTRAINT "saga_logs_pkey" PRIMARY KEY("saga_id","created_at"),
	CONSTRAINT "saga_logs_status" CHECK (status IN ('STARTED', 'COMPLETED', 'FAILED'))
);
--> statement-breakpoint
CREATE TABLE "saga_owners" (
	"instance_id" uuid PRIMARY KEY NOT NULL,
	"heartbeat_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "saga_state" (
	"saga_id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"definition" text NOT NULL,
	"definition_version" integer NOT NULL,
	"status" text NOT NULL,
	"current_step" text NOT NULL,
	"attempt" integer NOT NULL,
	"waiting_for" text,
	"wake_at" timestamp with time zone,
	"last_error" jsonb,
	"needs_attention" boolean NOT NULL,
	"step_deadline_at" timestamp with time zone,
	"saga_deadline_at" timestamp with time zone NOT NULL,
	"failure" jsonb,
	"kept" jsonb NOT NULL,
	"input" jsonb NOT NULL,
	"request_id" text,
	"version" integer NOT NULL,
	"epoch" integer NOT NULL,
	"owner" uuid NOT NULL,
	"last_log_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "saga_state_status" CHECK (status IN ('RUNNING', 'COMPENSATING', 'DONE', 'COMPENSATED'))
);
--> statement-breakpoint
CREATE INDEX "saga_state_unfinished" ON "saga_state" USING btree ("owner") WHERE status IN ('RUNNING', 'COMPENSATING');