-- expand
ALTER TABLE "reservation_items" VALIDATE CONSTRAINT "reservation_items_returned_check";
