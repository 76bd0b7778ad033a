-- expand
ALTER TABLE "stock_ledger" VALIDATE CONSTRAINT "stock_ledger_kind_check";
