-- expand
-- What was tried lately, and the links that e-mails carry.
CREATE UNLOGGED TABLE "attempts" (
	"key" varchar(255) PRIMARY KEY NOT NULL,
	"points" integer DEFAULT 0 NOT NULL,
	"expire" bigint
);
--> statement-breakpoint
CREATE TABLE "one_time_tokens" (
	"sha256" "bytea" PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"subject" uuid NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
	"data" text,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "one_time_tokens_purpose" CHECK (purpose IN ('verify-email', 'reset-password', 'change-email', 'bootstrap')),
	CONSTRAINT "one_time_tokens_sha256" CHECK (length(sha256) = 32)
);
--> statement-breakpoint
CREATE INDEX "one_time_tokens_subject" ON "one_time_tokens" USING btree ("subject");--> statement-breakpoint
CREATE INDEX "one_time_tokens_expires" ON "one_time_tokens" USING btree ("expires_at");
