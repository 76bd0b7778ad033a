-- expand
-- A key that is cancelled before it is charged is VOIDED from now on. Rows that say BURNED keep it: the ledger
-- is append-only, and the app reads both words. An app of an earlier version writes BURNED, and never charges
-- a VOIDED key. The later step "no_burned_keys" (contract 0.2.0) rewrites the old rows and removes the word.
ALTER TABLE bank.charges
  DROP CONSTRAINT charges_decision_check,
  ADD CONSTRAINT charges_decision_check
    CHECK (decision IN ('APPROVED', 'DECLINED', 'VOIDED', 'BURNED')) NOT VALID,
  DROP CONSTRAINT charges_amount_check,
  ADD CONSTRAINT charges_amount_check
    CHECK (decision IN ('VOIDED', 'BURNED') OR amount IS NOT NULL) NOT VALID;
