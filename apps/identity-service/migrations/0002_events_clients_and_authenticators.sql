-- expand
-- What happened to accounts, in a chain of hashes; machines; authenticators of people.
CREATE TABLE "identity_events" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"outcome" text NOT NULL,
	"network" text,
	"request_id" text,
	"previous_hash" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE INDEX "identity_events_subject" ON "identity_events" USING btree ("subject","seq");--> statement-breakpoint
-- A row that could be changed would say nothing about what happened.
CREATE FUNCTION identity_events_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'identity_events is append-only';
END $$;
--> statement-breakpoint
CREATE TRIGGER identity_events_stay BEFORE UPDATE OR DELETE ON identity_events
  FOR EACH ROW EXECUTE FUNCTION identity_events_stay();
--> statement-breakpoint
CREATE TRIGGER identity_events_stay_all BEFORE TRUNCATE ON identity_events
  FOR EACH STATEMENT EXECUTE FUNCTION identity_events_stay();
--> statement-breakpoint
CREATE TABLE "authenticators" (
	"user_id" uuid PRIMARY KEY NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
	"kind" text DEFAULT 'totp' NOT NULL,
	"sealed" "bytea" NOT NULL,
	"last_step" bigint DEFAULT 0 NOT NULL,
	"confirmed_at" timestamp with time zone,
	CONSTRAINT "authenticators_kind" CHECK (kind = 'totp')
);
--> statement-breakpoint
CREATE TABLE "clients" (
	"client_id" text PRIMARY KEY NOT NULL,
	"secret_sha256" "bytea" NOT NULL,
	"scopes" text[] NOT NULL,
	"owner" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone,
	"disabled_at" timestamp with time zone,
	CONSTRAINT "clients_secret_sha256" CHECK (length(secret_sha256) = 32),
	CONSTRAINT "clients_expires_at" CHECK (expires_at <= created_at + interval '365 days')
);
