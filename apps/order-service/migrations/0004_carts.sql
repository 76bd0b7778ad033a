-- expand
-- Carts of accounts, by the id of the caller, and which version of a cart an order was made from.
CREATE TABLE "cart_items" (
	"user_id" text NOT NULL,
	"product_id" uuid NOT NULL,
	"quantity" integer NOT NULL,
	CONSTRAINT "cart_items_user_id_product_id_pk" PRIMARY KEY("user_id","product_id"),
	CONSTRAINT "cart_items_quantity_check" CHECK ("cart_items"."quantity" > 0)
);
--> statement-breakpoint
CREATE TABLE "carts" (
	"user_id" text PRIMARY KEY NOT NULL,
	"version" integer NOT NULL,
	"ordered_version" integer,
	"order_id" uuid
);
--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "cart_version" integer;
