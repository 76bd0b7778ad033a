-- Every order's row changes once, soon after its neighbours on the page: room for a second version of
-- each keeps that update HOT (no index is touched) without waiting for the first to be pruned.
ALTER TABLE orders SET (fillfactor = 45);
--> statement-breakpoint
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: what happened to an order is not rewritten', TG_TABLE_NAME;
END $$;
--> statement-breakpoint
CREATE TRIGGER order_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON order_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
