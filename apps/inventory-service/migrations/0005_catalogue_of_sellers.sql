-- expand
-- A product without a seller is from before sellers existed: nobody may change it by the API.
-- details_version rises when a seller changes what the catalogue shows; version rises with its stock.
ALTER TABLE "products" ADD COLUMN "seller_id" text;
--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "category" text;
--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "image_url" text;
--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "is_available" boolean DEFAULT true NOT NULL;
--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "archived_at" timestamp with time zone;
--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "details_version" integer DEFAULT 1 NOT NULL;
--> statement-breakpoint
ALTER TABLE "stock_ledger" ADD COLUMN "actor" text;
--> statement-breakpoint
ALTER TABLE "stock_ledger" ADD COLUMN "reason" text;
--> statement-breakpoint
ALTER TABLE "stock_ledger" DROP CONSTRAINT "stock_ledger_kind_check";
--> statement-breakpoint
-- The kinds of before and one more, so the rows of before fit. The next migration checks them.
ALTER TABLE "stock_ledger" ADD CONSTRAINT "stock_ledger_kind_check"
  CHECK ("stock_ledger"."kind" IN ('SEED', 'RESTOCK', 'WRITE_OFF', 'CORRECTION', 'SOLD')) NOT VALID;
--> statement-breakpoint
-- As before, and a transaction may name its caller and its reason:
-- SET LOCAL backstitch.actor and backstitch.reason.
CREATE OR REPLACE FUNCTION book_stock() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kind text := coalesce(nullif(current_setting('backstitch.stock_move', true), ''), 'CORRECTION');
  actor text := nullif(current_setting('backstitch.actor', true), '');
  reason text := nullif(current_setting('backstitch.reason', true), '');
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO stock_ledger (product_id, change, kind, actor, reason)
    VALUES (NEW.id, NEW.stock_quantity, kind, actor, reason);
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO stock_ledger (product_id, change, kind, actor, reason)
    VALUES (NEW.id, NEW.stock_quantity - OLD.stock_quantity, kind, actor, reason);
  ELSIF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT FROM reservation_items WHERE product_id = OLD.id)
      OR EXISTS (SELECT FROM stock_ledger l WHERE l.product_id = OLD.id AND l.kind = 'SOLD')
    THEN
      RAISE EXCEPTION 'orders name product % (%): set its stock_quantity to 0 instead of deleting it',
        OLD.id, OLD.name USING ERRCODE = 'foreign_key_violation';
    END IF;
    INSERT INTO stock_ledger (product_id, change, kind, actor, reason)
    SELECT OLD.id, -OLD.stock_quantity, kind, actor, reason WHERE OLD.stock_quantity <> 0;
  ELSE
    INSERT INTO stock_ledger (product_id, change, kind, actor, reason)
    SELECT id, -stock_quantity, kind, actor, reason FROM products WHERE stock_quantity <> 0;
  END IF;
  RETURN NULL;
END $$;
