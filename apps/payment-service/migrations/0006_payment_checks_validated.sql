-- expand
ALTER TABLE payments
  VALIDATE CONSTRAINT payments_tombstone_check,
  VALIDATE CONSTRAINT payments_open_check,
  VALIDATE CONSTRAINT payments_refund_reserved_check,
  VALIDATE CONSTRAINT payments_refunded_amount_check;
