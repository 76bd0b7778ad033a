-- expand
-- In which currency the prices are, and which prices there are in it: the first start writes both. An app
-- that is configured with another currency does not start.
CREATE TABLE "settings" (
	"only_row" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"currency" char(3) NOT NULL,
	"price_step" numeric(14, 2),
	"price_max" numeric(14, 2),
	CONSTRAINT "settings_only_row_check" CHECK ("settings"."only_row")
);
--> statement-breakpoint
-- What cannot be sold cannot be stored. A price from before this rule stays until it is changed (its product
-- is neither listed nor sold), because what holds and restocks do to its row must go on.
CREATE FUNCTION refuse_unsellable_price() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  rule settings;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.price = OLD.price THEN
    RETURN NULL;
  END IF;
  SELECT * INTO rule FROM settings;
  IF NEW.price <= 0 OR NEW.price > rule.price_max
    OR NEW.price % coalesce(rule.price_step, 0.01) <> 0
  THEN
    RAISE EXCEPTION 'product % (%) cannot be sold at %: a price is above 0%', NEW.id, NEW.name,
      NEW.price,
      coalesce(', at most ' || rule.price_max || ' and in steps of ' || rule.price_step, '')
      USING ERRCODE = 'check_violation', TABLE = 'products', CONSTRAINT = 'products_price_rule';
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
-- No column is named, so that the type of the price can still be changed; what a hold moves is no price, and
-- the condition is all that it pays.
CREATE TRIGGER refuse_unsellable_price AFTER INSERT OR UPDATE ON products FOR EACH ROW
  WHEN (current_setting('backstitch.stock_move', true) IS DISTINCT FROM 'HOLD')
  EXECUTE FUNCTION refuse_unsellable_price();
