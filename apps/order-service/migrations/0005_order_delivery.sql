-- expand
-- How shoppers get their orders: personal, so it is apart from orders and events, and can be erased.
CREATE TABLE "order_delivery" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"caller" text NOT NULL,
	"kind" text NOT NULL,
	"name" text,
	"phone" text,
	"address" text,
	"table_no" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"erased_at" timestamp with time zone,
	CONSTRAINT "order_delivery_kind_check" CHECK ("order_delivery"."kind" IN ('DELIVERY', 'PICKUP', 'DINE_IN'))
);
--> statement-breakpoint
CREATE INDEX "order_delivery_by_caller" ON "order_delivery" USING btree ("caller");
--> statement-breakpoint
CREATE INDEX "order_delivery_by_time" ON "order_delivery" USING btree ("created_at");
