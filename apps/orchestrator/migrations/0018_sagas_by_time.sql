-- expand
-- For the list of all sagas, newest first. Its columns never change, so updates stay HOT.
CREATE INDEX CONCURRENTLY "saga_state_created" ON "saga_state" USING btree ("created_at","saga_id");
