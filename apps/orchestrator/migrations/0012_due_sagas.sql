-- expand
-- The sagas that wait, by the end of their wait: no other row is in it.
CREATE INDEX CONCURRENTLY "saga_state_due" ON "saga_state" USING btree ("due_at") WHERE due_at IS NOT NULL;
