-- A saga's row changes at every transition: room on its page for the next version keeps those
-- updates HOT (no index is touched), and cheap, however many finished sagas there are.
ALTER TABLE saga_state SET (fillfactor = 60);
--> statement-breakpoint
-- A keyless claim is pointed at a new saga now and then.
ALTER TABLE idempotency_keys SET (fillfactor = 90);
