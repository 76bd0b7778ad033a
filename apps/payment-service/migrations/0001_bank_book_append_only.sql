CREATE FUNCTION bank.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'bank.% is append-only', TG_TABLE_NAME;
END $$;
--> statement-breakpoint
CREATE TRIGGER charges_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.charges
  FOR EACH STATEMENT EXECUTE FUNCTION bank.refuse_rewriting();
--> statement-breakpoint
CREATE TRIGGER refunds_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.refunds
  FOR EACH STATEMENT EXECUTE FUNCTION bank.refuse_rewriting();
