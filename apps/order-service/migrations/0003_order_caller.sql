-- expand
-- Who owns an order: the caller of its checkout. An order of an earlier release has none: it belongs to
-- the open caller of its user, o:<user_id>.
ALTER TABLE "orders" ADD COLUMN "caller" text;
