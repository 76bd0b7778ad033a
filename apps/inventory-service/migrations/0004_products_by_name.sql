-- expand
-- Pages of the catalogue are read in this order. Names may be longer than an index entry.
CREATE INDEX CONCURRENTLY "products_by_name" ON "products" USING btree (left("name", 100), "id");
