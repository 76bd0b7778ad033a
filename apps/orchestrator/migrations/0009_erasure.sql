-- expand
-- The owner of the table may replace the name of a person who is erased: see pnpm erase.
CREATE OR REPLACE FUNCTION operator_actions_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF current_setting('backstitch.erasing', true) = 'on' AND pg_has_role(
      current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
      AND (NEW.id, NEW.at, NEW.action, NEW.subject_kind, NEW.seen, NEW.outcome, NEW.token_id)
        IS NOT DISTINCT FROM
          (OLD.id, OLD.at, OLD.action, OLD.subject_kind, OLD.seen, OLD.outcome, OLD.token_id)
    THEN
      RETURN NEW;
    END IF;
    IF OLD.outcome IS NULL AND NEW.outcome IS NOT NULL AND NEW.detail @> OLD.detail
      AND (NEW.id, NEW.at, NEW.operator, NEW.action, NEW.subject_kind, NEW.subject_id, NEW.reason)
        = (OLD.id, OLD.at, OLD.operator, OLD.action, OLD.subject_kind, OLD.subject_id, OLD.reason)
      AND (NEW.seen, NEW.caller, NEW.token_id)
        IS NOT DISTINCT FROM (OLD.seen, OLD.caller, OLD.token_id)
    THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'operator_actions is append-only: only a missing outcome may be added';
END $$;
