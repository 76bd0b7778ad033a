-- expand
-- Pages of the catalogue are read in this order, without the archived products.
CREATE INDEX CONCURRENTLY "listed_products_by_name" ON "products" USING btree (left("name", 100), "id") WHERE "products"."archived_at" IS NULL;
