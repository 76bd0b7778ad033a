-- expand
-- How far an order is, finer than its status. Null, or a stage of another status: read the status. The
-- previous release writes the status alone. kind null: a plain order of a checkout.
ALTER TABLE "orders" ADD COLUMN "kind" text;
--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "stage" text;
--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "seller_id" text;
--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "cancellation_id" uuid;
--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_kind_check"
  CHECK ("orders"."kind" IN ('MARKETPLACE') AND "orders"."seller_id" IS NOT NULL OR "orders"."kind" IS NULL AND "orders"."seller_id" IS NULL) NOT VALID;
--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_stage_check"
  CHECK ("orders"."stage" IN ('PLACED', 'AWAITING_SELLER', 'AWAITING_PAYMENT', 'CONFIRMED', 'PAID', 'PREPARING', 'READY', 'FULFILLED', 'CANCELLING', 'CANCELLED')) NOT VALID;
--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_cancellation_check"
  CHECK ("orders"."stage" <> 'CANCELLING' OR "orders"."cancellation_id" IS NOT NULL) NOT VALID;
--> statement-breakpoint
ALTER TABLE "order_events" DROP CONSTRAINT "order_events_type_check";
--> statement-breakpoint
-- The types of before and the stages, so the rows of before fit. The next migration checks them.
ALTER TABLE "order_events" ADD CONSTRAINT "order_events_type_check"
  CHECK ("order_events"."type" IN ('CREATED', 'CANCELLED_UNSEEN', 'AWAITING_PAYMENT', 'CONFIRMED', 'PAID', 'PREPARING', 'READY', 'FULFILLED', 'CANCELLING', 'CANCELLED')) NOT VALID;
