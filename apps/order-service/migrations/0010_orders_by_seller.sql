-- expand
-- Pages of the orders of a seller, newest first.
CREATE INDEX CONCURRENTLY "orders_by_seller" ON "orders" USING btree ("seller_id", "id") WHERE "orders"."seller_id" IS NOT NULL;
