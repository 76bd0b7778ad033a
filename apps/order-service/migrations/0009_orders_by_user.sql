-- expand
-- Pages of the orders of a user, newest first.
CREATE INDEX CONCURRENTLY "orders_by_user" ON "orders" USING btree ("user_id", "id");
