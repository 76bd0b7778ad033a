-- expand
ALTER TABLE "orders" VALIDATE CONSTRAINT "orders_kind_check";
--> statement-breakpoint
ALTER TABLE "orders" VALIDATE CONSTRAINT "orders_stage_check";
--> statement-breakpoint
ALTER TABLE "orders" VALIDATE CONSTRAINT "orders_cancellation_check";
--> statement-breakpoint
ALTER TABLE "order_events" VALIDATE CONSTRAINT "order_events_type_check";
