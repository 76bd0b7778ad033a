import { sql } from 'drizzle-orm';
import {
  boolean,
  char,
  check,
  index,
  numeric,
  pgSchema,
  pgTable,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';

const moment = (name: string) => timestamp(name, { withTimezone: true });
const money = (name: string) => numeric(name, { precision: 14, scale: 2 });

/**
 * One row for each order makes repeated and late commands harmless. A row without an amount is a
 * tombstone: the payment was undone before it was asked for. The order is the key: nothing looks a
 * payment up by its id, so that id has no index to keep.
 */
export const payments = pgTable(
  'payments',
  {
    orderId: uuid('order_id').primaryKey(),
    id: uuid('id').notNull().defaultRandom(),
    sagaId: uuid('saga_id'),
    amount: money('amount'),
    currency: char('currency', { length: 3 }).notNull(),
    status: text('status').notNull(),
    /** The same for every try of one payment: the provider charges a key once. */
    providerKey: text('provider_key'),
    declineReason: text('decline_reason'),
    /** Recorded before the provider is asked to cancel; from then on no outcome is written. */
    refundRequested: boolean('refund_requested').notNull().default(false),
    /** Until then one recovery worker is settling it. */
    leaseUntil: moment('lease_until'),
    transactionDate: moment('transaction_date').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    check(
      'payments_status_check',
      sql`${table.status} IN ('PENDING', 'SUCCESS', 'FAILED', 'REFUNDED', 'CANCELLED')`,
    ),
    check('payments_amount_check', sql`${table.amount} > 0`),
    check(
      'payments_tombstone_check',
      sql`${table.status} = 'CANCELLED' OR (${table.amount} IS NOT NULL AND ${table.providerKey} IS NOT NULL)`,
    ),
    // For the recovery worker: as small as what is unsettled right now.
    index('payments_unsettled')
      .on(table.updatedAt)
      .where(
        sql`${table.status} = 'PENDING' OR (${table.status} = 'SUCCESS' AND ${table.refundRequested})`,
      ),
  ],
);

/** The simulated bank's ledger. It never shares a transaction with the payments above. */
export const bank = pgSchema('bank');

/**
 * Append-only: what the bank decided about a key, once. A voided key can never be charged. It is
 * stored as BURNED, and from the next release on as VOIDED.
 */
export const charges = bank.table(
  'charges',
  {
    key: text('key').primaryKey(),
    amount: money('amount'),
    currency: char('currency', { length: 3 }),
    decision: text('decision').notNull(),
    reason: text('reason'),
    decidedAt: moment('decided_at').notNull().defaultNow(),
  },
  (table) => [
    check(
      'charges_decision_check',
      sql`${table.decision} IN ('APPROVED', 'DECLINED', 'VOIDED', 'BURNED')`,
    ),
    check(
      'charges_amount_check',
      sql`${table.decision} IN ('VOIDED', 'BURNED') OR ${table.amount} IS NOT NULL`,
    ),
  ],
);

/** Append-only: an approved charge given back in full, at most once. */
export const refunds = bank.table('refunds', {
  key: text('key')
    .primaryKey()
    .references(() => charges.key),
  amount: money('amount').notNull(),
  refundedAt: moment('refunded_at').notNull().defaultNow(),
});

/**
 * One row: in which currency the amounts of this database are, written by the first start. An app
 * that is configured with another one does not start.
 */
export const settings = pgTable(
  'settings',
  {
    onlyRow: boolean('only_row').primaryKey().default(true),
    currency: char('currency', { length: 3 }).notNull(),
  },
  (table) => [check('settings_only_row_check', sql`${table.onlyRow}`)],
);
