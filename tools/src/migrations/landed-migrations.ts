/** Migrations that landed before the rules did. They are never edited, and nothing is added here. */
export const LANDED_BEFORE_THE_RULES: readonly string[] = [
  'inventory-service/0000_holds_and_stock.sql',
  'inventory-service/0001_stock_ledger_triggers.sql',
  'inventory-service/0002_sold_and_archived.sql',
  'orchestrator/0000_sagas_and_claims.sql',
  'orchestrator/0001_saga_rows_that_change.sql',
  'orchestrator/0002_operator_actions.sql',
  'orchestrator/0003_retention.sql',
  'order-service/0000_orders.sql',
  'order-service/0001_order_rows_that_change.sql',
  'payment-service/0000_payments_and_bank_book.sql',
  'payment-service/0001_bank_book_append_only.sql',
];
