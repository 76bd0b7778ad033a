-- expand
-- The search of the catalogue finds words by their beginning. Longer texts than these would not fit.
CREATE INDEX CONCURRENTLY "listed_products_by_text" ON "products" USING gin (to_tsvector('simple', left("name", 1000) || ' ' || left("description", 10000))) WHERE "products"."archived_at" IS NULL;
