-- expand
-- What gateways learn each second: whose tokens are refused, and what other gateways have counted.
CREATE TABLE "revocations" (
	"seq" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	"transaction" xid8 DEFAULT pg_current_xact_id() NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	CONSTRAINT "revocations_kind" CHECK (kind IN ('session', 'user', 'client'))
);
--> statement-breakpoint
CREATE INDEX "revocations_transaction" ON "revocations" USING btree ("transaction");--> statement-breakpoint
-- Triggers, so that a change by any app, command or person is among them.
CREATE FUNCTION record_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO revocations (kind, key) VALUES (TG_ARGV[0], to_jsonb(OLD) ->> TG_ARGV[1]);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER sessions_revoked AFTER UPDATE OF revoked_at ON sessions FOR EACH ROW
  WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
  EXECUTE FUNCTION record_revocation('session', 'id');
--> statement-breakpoint
CREATE TRIGGER sessions_removed AFTER DELETE ON sessions FOR EACH ROW
  WHEN (OLD.revoked_at IS NULL AND OLD.idle_until > now() AND OLD.absolute_until > now())
  EXECUTE FUNCTION record_revocation('session', 'id');
--> statement-breakpoint
CREATE TRIGGER users_changed AFTER UPDATE OF roles, status ON users FOR EACH ROW
  WHEN (OLD.roles IS DISTINCT FROM NEW.roles OR OLD.status IS DISTINCT FROM NEW.status)
  EXECUTE FUNCTION record_revocation('user', 'id');
--> statement-breakpoint
CREATE TRIGGER users_removed AFTER DELETE ON users FOR EACH ROW
  EXECUTE FUNCTION record_revocation('user', 'id');
--> statement-breakpoint
CREATE TRIGGER clients_disabled AFTER UPDATE OF disabled_at ON clients FOR EACH ROW
  WHEN (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL)
  EXECUTE FUNCTION record_revocation('client', 'client_id');
--> statement-breakpoint
CREATE TRIGGER clients_removed AFTER DELETE ON clients FOR EACH ROW
  EXECUTE FUNCTION record_revocation('client', 'client_id');
--> statement-breakpoint
CREATE UNLOGGED TABLE "edge_gateways" (
	"gateway" uuid PRIMARY KEY NOT NULL,
	"synced_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE UNLOGGED TABLE "edge_counters" (
	"key" text NOT NULL,
	"gateway" uuid NOT NULL,
	"used" integer NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	CONSTRAINT "edge_counters_pkey" PRIMARY KEY ("key", "gateway")
);
