-- expand
-- In which currency the amounts of this database are: an app that is configured with another one does not
-- start. Its rows do not say it; the first start does.
CREATE TABLE "settings" (
	"only_row" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"currency" char(3) NOT NULL,
	CONSTRAINT "settings_only_row_check" CHECK ("settings"."only_row")
);
