-- expand
-- What came back of a sale, in the stock again or written off. What was sold is the rest.
ALTER TABLE "reservation_items" ADD COLUMN "returned" integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "reservation_items" ADD COLUMN "written_off" integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "reservation_items" ADD CONSTRAINT "reservation_items_returned_check"
  CHECK ("reservation_items"."returned" >= 0 AND "reservation_items"."written_off" >= 0 AND "reservation_items"."returned" + "reservation_items"."written_off" <= "reservation_items"."quantity") NOT VALID;
--> statement-breakpoint
-- What came back under one id comes back once. Append-only.
CREATE TABLE "stock_returns" (
	"return_id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"disposition" text NOT NULL,
	"lines" jsonb NOT NULL,
	"saga_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "stock_returns_disposition_check" CHECK ("stock_returns"."disposition" IN ('RESTOCK', 'WRITE_OFF'))
);
--> statement-breakpoint
CREATE INDEX "stock_returns_order" ON "stock_returns" USING btree ("order_id");
--> statement-breakpoint
CREATE TRIGGER stock_returns_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_returns
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
