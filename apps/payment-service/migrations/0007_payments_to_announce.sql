-- expand
-- What sagas are to be told: opened payments that are not closed, oldest news first.
CREATE INDEX CONCURRENTLY "payments_to_announce" ON "payments" USING btree ("announced_at") WHERE "flow" = 'OPEN' AND "closed_at" IS NULL AND NOT "refund_requested" AND "status" IN ('PENDING', 'SUCCESS');
