-- expand
-- Events say what an order has from them on, so that its row can be made anew from them. The events of an
-- earlier release have neither schema nor data.
ALTER TABLE "order_events" ADD COLUMN "data" jsonb;
--> statement-breakpoint
ALTER TABLE "order_events" ADD COLUMN "schema" smallint;
--> statement-breakpoint
ALTER TABLE "order_events" ADD COLUMN "actor" text;
--> statement-breakpoint
-- Its rows live for less than a second: they are cleared away before they are many.
CREATE TABLE "order_outbox" (
	"order_id" uuid NOT NULL,
	"sequence" integer NOT NULL,
	CONSTRAINT "order_outbox_order_id_sequence_pk" PRIMARY KEY("order_id","sequence")
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
--> statement-breakpoint
CREATE TABLE "order_rebuilds" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"operator" text NOT NULL,
	"row_before" jsonb NOT NULL,
	"row_after" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "order_rebuilds_by_order" ON "order_rebuilds" USING btree ("order_id");
--> statement-breakpoint
-- The owner of the tables may replace the name of a person who is erased: see pnpm erase.
CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('backstitch.erasing', true) = 'on' AND pg_has_role(
    current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
  THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is append-only: what happened to an order is not rewritten', TG_TABLE_NAME;
END $$;
--> statement-breakpoint
-- The lines of an order are not in its events: they are as fixed as these.
CREATE TRIGGER order_items_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON order_items
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
--> statement-breakpoint
CREATE TRIGGER order_rebuilds_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON order_rebuilds
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
