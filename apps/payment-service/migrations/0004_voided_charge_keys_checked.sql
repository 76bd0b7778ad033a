-- expand
ALTER TABLE bank.charges
  VALIDATE CONSTRAINT charges_decision_check,
  VALIDATE CONSTRAINT charges_amount_check;
