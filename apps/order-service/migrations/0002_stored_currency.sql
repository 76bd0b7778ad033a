-- expand
-- In which currency the amounts of this database are: an app that is configured with another one does not
-- start. Without any amounts yet, its first start writes it.
CREATE TABLE "settings" (
	"only_row" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"currency" char(3) NOT NULL,
	CONSTRAINT "settings_only_row_check" CHECK ("settings"."only_row")
);
--> statement-breakpoint
-- Ids are of version 7: the last one is of the newest row, whose currency is the one in use.
INSERT INTO "settings" ("currency") SELECT "currency" FROM orders ORDER BY id DESC LIMIT 1;
