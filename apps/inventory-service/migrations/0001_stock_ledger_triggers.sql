-- Room on the page for the next version of a product's row: its updates stay HOT under load.
ALTER TABLE products SET (fillfactor = 50);
--> statement-breakpoint
-- Books every change of stock that is no move of a hold. The transactions that move holds say so by
-- SET LOCAL backstitch.stock_move = 'HOLD'; a restock may call itself 'RESTOCK', the seed does 'SEED'.
-- Whatever says nothing, an administrator's UPDATE say, is a CORRECTION.
CREATE FUNCTION book_stock() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kind text := coalesce(nullif(current_setting('backstitch.stock_move', true), ''), 'CORRECTION');
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO stock_ledger (product_id, change, kind) VALUES (NEW.id, NEW.stock_quantity, kind);
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO stock_ledger (product_id, change, kind)
    VALUES (NEW.id, NEW.stock_quantity - OLD.stock_quantity, kind);
  ELSIF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT FROM reservation_items WHERE product_id = OLD.id) THEN
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
--> statement-breakpoint
CREATE TRIGGER book_new_product AFTER INSERT ON products FOR EACH ROW
  WHEN (NEW.stock_quantity <> 0) EXECUTE FUNCTION book_stock();
--> statement-breakpoint
-- The condition is all that the hot path pays: no function is called for a hold's move.
CREATE TRIGGER book_changed_stock AFTER UPDATE OF stock_quantity ON products FOR EACH ROW
  WHEN (OLD.stock_quantity <> NEW.stock_quantity
    AND current_setting('backstitch.stock_move', true) IS DISTINCT FROM 'HOLD')
  EXECUTE FUNCTION book_stock();
--> statement-breakpoint
CREATE TRIGGER book_deleted_product AFTER DELETE ON products FOR EACH ROW
  EXECUTE FUNCTION book_stock();
--> statement-breakpoint
CREATE TRIGGER book_emptied_catalogue BEFORE TRUNCATE ON products FOR EACH STATEMENT
  EXECUTE FUNCTION book_stock();
--> statement-breakpoint
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: book a row that corrects it', TG_TABLE_NAME;
END $$;
--> statement-breakpoint
CREATE TRIGGER stock_ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_ledger
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
