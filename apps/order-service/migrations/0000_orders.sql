CREATE TABLE "order_events" (
	"order_id" uuid NOT NULL,
	"sequence" integer NOT NULL,
	"type" text NOT NULL,
	"saga_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "order_events_order_id_sequence_pk" PRIMARY KEY("order_id","sequence"),
	CONSTRAINT "order_events_type_check" CHECK ("order_events"."type" IN ('CREATED', 'CONFIRMED', 'CANCELLED', 'CANCELLED_UNSEEN'))
);
--> statement-breakpoint
CREATE TABLE "order_items" (
	"order_id" uuid NOT NULL,
	"line" integer NOT NULL,
	"product_id" uuid NOT NULL,
	"quantity" integer NOT NULL,
	"price_at_purchase" numeric(14, 2) NOT NULL,
	CONSTRAINT "order_items_order_id_line_pk" PRIMARY KEY("order_id","line"),
	CONSTRAINT "order_items_quantity_check" CHECK ("order_items"."quantity" > 0)
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" text,
	"status" text NOT NULL,
	"saga_state" text NOT NULL,
	"total_amount" numeric(14, 2),
	"currency" char(3) NOT NULL,
	"saga_id" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "orders_status_check" CHECK (("orders"."status", "orders"."saga_state") IN
        (('PENDING', 'ORDER_CREATED'), ('CONFIRMED', 'ORDER_CONFIRMED'), ('CANCELLED', 'COMPENSATED'))),
	CONSTRAINT "orders_tombstone_check" CHECK ("orders"."status" = 'CANCELLED' OR ("orders"."user_id" IS NOT NULL AND "orders"."total_amount" IS NOT NULL))
);
