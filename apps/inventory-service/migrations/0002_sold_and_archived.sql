-- What archived holds had sold is booked, as a negative change: of all that was ever received (every
-- other kind) that much is sold.
ALTER TABLE stock_ledger DROP CONSTRAINT "stock_ledger_kind_check";
--> statement-breakpoint
ALTER TABLE stock_ledger ADD CONSTRAINT "stock_ledger_kind_check"
  CHECK ("stock_ledger"."kind" IN ('SEED', 'RESTOCK', 'CORRECTION', 'SOLD'));
--> statement-breakpoint
-- As before, and orders whose holds are archived count as well.
CREATE OR REPLACE FUNCTION book_stock() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kind text := coalesce(nullif(current_setting('backstitch.stock_move', true), ''), 'CORRECTION');
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO stock_ledger (product_id, change, kind) VALUES (NEW.id, NEW.stock_quantity, kind);
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO stock_ledger (product_id, change, kind)
    VALUES (NEW.id, NEW.stock_quantity - OLD.stock_quantity, kind);
  ELSIF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT FROM reservation_items WHERE product_id = OLD.id)
      OR EXISTS (SELECT FROM stock_ledger l WHERE l.product_id = OLD.id AND l.kind = 'SOLD')
    THEN
      RAISE EXCEPTION 'orders name product % (%): set its stock_quantity to 0 instead of deleting it',
        OLD.id, OLD.name USING ERRCODE = 'foreign_key_violation';
    END IF;
    INSERT INTO stock_ledger (product_id, change, kind)
    SELECT OLD.id, -OLD.stock_quantity, kind WHERE OLD.stock_quantity <> 0;
  ELSE
    INSERT INTO stock_ledger (product_id, change, kind)
    SELECT id, -stock_quantity, kind FROM products WHERE stock_quantity <> 0;
  END IF;
  RETURN NULL;
END $$;
