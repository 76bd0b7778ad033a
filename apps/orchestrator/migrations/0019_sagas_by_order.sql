-- expand
-- To find the sagas of an order. The column never changes, so updates stay HOT.
CREATE INDEX CONCURRENTLY "saga_state_order" ON "saga_state" USING btree ("order_id");
