-- expand
-- The size of a body of which the beginning alone is stored: the whole of it took too long to insert.
ALTER TABLE "dead_letters" ADD COLUMN "byte_count" integer;
