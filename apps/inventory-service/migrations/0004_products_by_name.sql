-- expand
-- Pages of the catalogue are read in this order. While the index is made nothing can be held, some
-- 0.2 s for 60,000 products; where that is too long, make it beforehand, with the same name and
-- CREATE INDEX CONCURRENTLY: it is not made again here. Names may be longer than an index entry.
SET LOCAL lock_timeout = '5s';
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "products_by_name" ON "products" USING btree (left("name", 100), "id");
