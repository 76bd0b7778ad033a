-- expand
-- Pages of one category, in the order of the catalogue.
CREATE INDEX CONCURRENTLY "listed_products_by_category" ON "products" USING btree ("category", left("name", 100), "id") WHERE "products"."archived_at" IS NULL;
