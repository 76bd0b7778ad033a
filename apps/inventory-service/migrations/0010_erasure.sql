-- expand
-- The owner of the ledger may replace the name of a person who is erased: see pnpm erase.
CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('backstitch.erasing', true) = 'on' AND pg_has_role(
    current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
  THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is append-only: book a row that corrects it', TG_TABLE_NAME;
END $$;
