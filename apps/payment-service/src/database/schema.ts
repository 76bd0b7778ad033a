import { sql } from 'drizzle-orm';
import {
  boolean,
  char,
  check,
  index,
  integer,
  numeric,
  pgSchema,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
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
    /** The card that a saga charges; null: the bank is not told of a card. */
    cardToken: text('card_token'),
    /** OPEN: the customer pays it, in attempts. Null: the saga charges it by payment.process. */
    flow: text('flow'),
    /** From then on no attempt is begun. */
    openUntil: moment('open_until'),
    attemptsMax: integer('attempts_max'),
    /** No attempt is begun any more, whatever the time. */
    closedAt: moment('closed_at'),
    /** What payment.close answered, if the payment was not made. */
    closeCode: text('close_code'),
    /** What refunds have, or may get; raised with the refund. */
    refundReserved: money('refund_reserved'),
    /** What refunds have given back. */
    refundedAmount: money('refunded_amount'),
    /** When the outcome of an opened payment was last told to its saga. */
    announcedAt: moment('announced_at'),
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
      sql`${table.status} = 'CANCELLED' OR (${table.amount} IS NOT NULL AND (${table.providerKey} IS NOT NULL OR coalesce(${table.flow} = 'OPEN' AND ${table.status} IN ('PENDING', 'FAILED'), false)))`,
    ),
    check(
      'payments_open_check',
      sql`${table.flow} IS NULL OR (${table.flow} = 'OPEN' AND ${table.openUntil} IS NOT NULL AND ${table.attemptsMax} IS NOT NULL AND ${table.attemptsMax} > 0)`,
    ),
    check(
      'payments_refund_reserved_check',
      sql`${table.refundReserved} IS NULL OR (${table.amount} IS NOT NULL AND ${table.refundReserved} <= ${table.amount})`,
    ),
    check(
      'payments_refunded_amount_check',
      sql`${table.refundedAmount} IS NULL OR (${table.refundReserved} IS NOT NULL AND ${table.refundedAmount} <= ${table.refundReserved})`,
    ),
    // For the announcer: the opened payments whose saga has not closed them.
    index('payments_to_announce')
      .on(table.announcedAt)
      .where(
        sql`${table.flow} = 'OPEN' AND ${table.closedAt} IS NULL AND NOT ${table.refundRequested} AND ${table.status} IN ('PENDING', 'SUCCESS')`,
      ),
    // For the recovery worker: as small as what is unsettled right now.
    index('payments_unsettled')
      .on(table.updatedAt)
      .where(
        sql`${table.status} = 'PENDING' OR (${table.status} = 'SUCCESS' AND ${table.refundRequested})`,
      ),
  ],
);

/**
 * One attempt of a customer to pay. A refused one (no number) is kept, too: its key is answered the
 * same way again. At most one attempt of an order is live.
 */
export const paymentAttempts = pgTable(
  'payment_attempts',
  {
    /** The key of its intent at the provider. */
    id: uuid('id').primaryKey().defaultRandom(),
    orderId: uuid('order_id').notNull(),
    number: integer('number'),
    key: text('key').notNull(),
    brand: text('brand'),
    last4: text('last4'),
    authCode: text('auth_code'),
    fee: money('fee'),
    status: text('status').notNull(),
    /** Of a declined attempt the provider's word, of a refused one the code of the refusal. */
    declineCode: text('decline_code'),
    /** The provider's id of the intent; stored before the intent is confirmed. */
    providerRef: text('provider_ref'),
    leaseUntil: moment('lease_until'),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    check(
      'payment_attempts_status_check',
      sql`${table.status} IN ('SUBMITTED', 'REQUIRES_ACTION', 'SUCCEEDED', 'DECLINED', 'VOIDED', 'REFUSED')`,
    ),
    check(
      'payment_attempts_number_check',
      sql`(${table.number} IS NULL) = (${table.status} = 'REFUSED')`,
    ),
    check(
      'payment_attempts_succeeded_check',
      sql`${table.status} <> 'SUCCEEDED' OR ${table.providerRef} IS NOT NULL`,
    ),
    uniqueIndex('payment_attempts_key').on(table.orderId, table.key),
    uniqueIndex('payment_attempts_live')
      .on(table.orderId)
      .where(sql`${table.status} IN ('SUBMITTED', 'REQUIRES_ACTION')`),
  ],
);

/** One refund by payment.return. Its row is written before the provider is asked. */
export const paymentRefunds = pgTable(
  'refunds',
  {
    id: uuid('id').primaryKey(),
    orderId: uuid('order_id').notNull(),
    amount: money('amount').notNull(),
    status: text('status').notNull(),
    /** The key at the provider is `id:attempt`; a new attempt only after FAILED. */
    attempt: integer('attempt').notNull().default(1),
    providerRef: text('provider_ref'),
    sagaId: uuid('saga_id'),
    leaseUntil: moment('lease_until'),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    check(
      'refunds_status_check',
      sql`${table.status} IN ('REQUESTED', 'PENDING', 'SUCCEEDED', 'FAILED')`,
    ),
    check('refunds_amount_check', sql`${table.amount} > 0`),
    index('refunds_order').on(table.orderId),
    index('refunds_unsettled')
      .on(table.updatedAt)
      .where(sql`${table.status} IN ('REQUESTED', 'PENDING')`),
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
 * Append-only: what shall be charged to a card. It moves no money; the charge has its ref as key.
 */
export const intents = bank.table(
  'intents',
  {
    ref: text('ref').primaryKey(),
    /** The key of who asked for it: one intent for a key. */
    key: text('key').notNull(),
    amount: money('amount').notNull(),
    currency: char('currency', { length: 3 }).notNull(),
    card: text('card').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [uniqueIndex('intents_key').on(table.key)],
);

/** Append-only: parts of approved charges that were given back, each once under its key. */
export const refundEntries = bank.table('refund_entries', {
  key: text('key').primaryKey(),
  chargeKey: text('charge_key')
    .notNull()
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
