import { sagaTables } from '@backstitch/saga-engine/drizzle';
import { sql } from 'drizzle-orm';
import {
  boolean,
  char,
  check,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';

/** saga_logs is partitioned by day: see the migrations. */
export const SAGA_TABLES = sagaTables({ subjectColumn: 'order_id' });
export const { sagaState, sagaLogs, sagaOwners, sagaDefinitions } = SAGA_TABLES;

/**
 * What names a checkout: the caller's key, or, without one, the fingerprint of what it asks for.
 * Whoever holds the row holds the checkout; saga_state is written in the same transaction. There is
 * no foreign key: it would lock the saga's row for every claim.
 */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    caller: text('caller').notNull(),
    kind: text('kind').notNull(),
    key: text('key').notNull(),
    requestHash: text('request_hash').notNull(),
    sagaId: uuid('saga_id').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    /** How the saga ended, once its row is removed: see the retention. */
    answer: jsonb('answer'),
  },
  (table) => [
    primaryKey({ name: 'idempotency_keys_pkey', columns: [table.caller, table.kind, table.key] }),
    check('idempotency_keys_kind', sql`kind IN ('KEYED', 'KEYLESS')`),
    // For the retention: whom a saga's end is to be written to, and which keys are too old.
    index('idempotency_keys_saga').on(table.sagaId),
    index('idempotency_keys_age').on(table.createdAt),
  ],
);

/**
 * What operators did and were refused, and why they wanted it. Written before it is done; the
 * outcome, once, afterwards: a row without one says that it may have been done. A trigger lets
 * nothing else be changed.
 */
export const operatorActions = pgTable(
  'operator_actions',
  {
    id: uuid('id').primaryKey(),
    at: timestamp('at', { withTimezone: true }).notNull().defaultNow(),
    operator: text('operator').notNull(),
    action: text('action').notNull(),
    subjectKind: text('subject_kind').notNull(),
    subjectId: text('subject_id').notNull(),
    reason: text('reason').notNull(),
    /** The letter's class, or where the saga stood. */
    seen: text('seen'),
    outcome: text('outcome'),
    detail: jsonb('detail').notNull(),
  },
  () => [
    check(
      'operator_actions_action',
      sql`action IN ('replay', 'discard', 'retry', 'resume', 'compensate')`,
    ),
    check('operator_actions_subject_kind', sql`subject_kind IN ('dead-letter', 'saga')`),
    check('operator_actions_outcome', sql`outcome IN ('done', 'refused', 'failed', 'unknown')`),
  ],
);

/**
 * One row: in which currency the amounts of this database are, written by the first start. An app that
 * is configured with another one does not start.
 */
export const settings = pgTable(
  'settings',
  {
    onlyRow: boolean('only_row').primaryKey().default(true),
    currency: char('currency', { length: 3 }).notNull(),
  },
  (table) => [check('settings_only_row_check', sql`${table.onlyRow}`)],
);
