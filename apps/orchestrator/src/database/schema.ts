import { sagaTables } from '@backstitch/saga-engine/postgres';
import { sql } from 'drizzle-orm';
import { check, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export const SAGA_TABLES = sagaTables({ subjectColumn: 'order_id' });
export const { sagaState, sagaLogs, sagaOwners } = SAGA_TABLES;

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
  },
  (table) => [
    primaryKey({ name: 'idempotency_keys_pkey', columns: [table.caller, table.kind, table.key] }),
    check('idempotency_keys_kind', sql`kind IN ('KEYED', 'KEYLESS')`),
  ],
);
