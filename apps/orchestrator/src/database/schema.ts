import { sagaTables } from '@backstitch/saga-engine/drizzle';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  char,
  check,
  customType,
  doublePrecision,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { SAGA_TABLES } from './saga-tables.js';

/** saga_logs is partitioned by day: see the migrations. */
export const { sagaState, sagaLogs, sagaOwners, sagaDefinitions, sagaSignals } =
  sagaTables(SAGA_TABLES);

/**
 * What names a checkout: the caller's key, or, without one, the fingerprint of what it asks for.
 * The saga that the row names has the checkout; saga_state is written in the same transaction. There is
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
    /** The id of the caller and of its token; null for a request to the orchestrator directly. */
    caller: text('caller'),
    tokenId: text('token_id'),
    action: text('action').notNull(),
    subjectKind: text('subject_kind').notNull(),
    subjectId: text('subject_id').notNull(),
    reason: text('reason').notNull(),
    /** The dead letter's class, or where the saga stood. */
    seen: text('seen'),
    outcome: text('outcome'),
    detail: jsonb('detail').notNull(),
  },
  () => [
    check(
      'operator_actions_action',
      sql`action IN ('replay', 'discard', 'retry', 'resume', 'compensate', 'set', 'end', 'bulk', 'stop')`,
    ),
    check(
      'operator_actions_subject_kind',
      sql`subject_kind IN ('dead-letter', 'saga', 'chaos', 'bulk')`,
    ),
    check('operator_actions_outcome', sql`outcome IN ('done', 'refused', 'failed', 'unknown')`),
  ],
);

/**
 * The chaos knobs that an operator has set, each until a time. A row whose time is over has no
 * effect. Instances get them pushed, and apply their configured values when pushes stay away.
 */
export const chaosSettings = pgTable('chaos_settings', {
  knob: text('knob').primaryKey(),
  value: doublePrecision('value').notNull(),
  until: timestamp('until', { withTimezone: true }).notNull(),
  /** The subject of the operator's token. */
  setBy: text('set_by').notNull(),
  reason: text('reason').notNull(),
  setAt: timestamp('set_at', { withTimezone: true }).notNull().defaultNow(),
});

const time = (name: string) => timestamp(name, { withTimezone: true });

/** What each orchestrator counted in each minute: see operations/minutes. */
export const sagaMinutes = pgTable(
  'saga_minutes',
  {
    minute: time('minute').notNull(),
    instanceId: uuid('instance_id').notNull(),
    started: integer('started').notNull(),
    done: integer('done').notNull(),
    undone: integer('undone').notNull(),
    byCode: jsonb('by_code').notNull(),
    durations: jsonb('durations').notNull(),
    steps: jsonb('steps').notNull(),
  },
  (table) => [primaryKey({ name: 'saga_minutes_pkey', columns: [table.minute, table.instanceId] })],
);

/** Which sagas an operator saw, and may act on at once until it expires. */
export const sagaPreviews = pgTable(
  'saga_previews',
  {
    id: uuid('id').primaryKey(),
    action: text('action').notNull(),
    sagaIds: uuid('saga_ids').array().notNull(),
    madeBy: text('made_by').notNull(),
    madeAt: time('made_at').notNull().defaultNow(),
    expiresAt: time('expires_at').notNull(),
  },
  () => [check('saga_previews_action', sql`action IN ('retry', 'resume', 'compensate')`)],
);

/** An action on every saga of a preview. One orchestrator at a time has its lease. */
export const bulkOperations = pgTable(
  'bulk_operations',
  {
    id: uuid('id').primaryKey(),
    previewId: uuid('preview_id').notNull().unique('bulk_operations_preview'),
    action: text('action').notNull(),
    operator: text('operator').notNull(),
    caller: text('caller'),
    tokenId: text('token_id'),
    reason: text('reason').notNull(),
    perSecond: integer('per_second').notNull(),
    state: text('state').notNull().default('running'),
    owner: uuid('owner'),
    leaseUntil: time('lease_until'),
    startedAt: time('started_at').notNull().defaultNow(),
    endedAt: time('ended_at'),
    stoppedBy: text('stopped_by'),
  },
  (table) => [
    index('bulk_operations_running').on(table.startedAt).where(sql`state = 'running'`),
    check('bulk_operations_state', sql`state IN ('running', 'stopped', 'done')`),
  ],
);

export const bulkItems = pgTable(
  'bulk_items',
  {
    bulkId: uuid('bulk_id').notNull(),
    position: integer('position').notNull(),
    sagaId: uuid('saga_id').notNull(),
    begunAt: time('begun_at'),
    outcome: text('outcome'),
    why: text('why'),
    endedAt: time('ended_at'),
  },
  (table) => [
    primaryKey({ name: 'bulk_items_pkey', columns: [table.bulkId, table.position] }),
    check(
      'bulk_items_outcome',
      sql`outcome IN ('done', 'refused', 'failed', 'unknown', 'stopped')`,
    ),
  ],
);

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/** The rows that an operator still has to decide on. */
const UNDECIDED = sql`state IN ('open', 'replaying')`;

/**
 * The messages that no service could read or serve. Each is taken out of its dead-letter queue once
 * its row is committed. `bytes` and `properties` are the message as it lay there; the other columns
 * are read from it, for filters, for groups and for SQL users.
 */
export const deadLetters = pgTable(
  'dead_letters',
  {
    /** The queue, and a hash of the message: the same however often it is delivered or replayed. */
    id: text('id').primaryKey(),
    /** The order of the list. */
    seq: bigint('seq', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    /** The command queue from which it was dead-lettered. */
    queue: text('queue').notNull(),
    state: text('state').notNull().default('open'),
    /** What it was worth when it was last assessed: its saga may have moved on since. */
    class: text('class').notNull(),
    reason: text('reason'),
    pattern: text('pattern'),
    sagaId: uuid('saga_id'),
    orderId: uuid('order_id'),
    step: text('step'),
    direction: text('direction'),
    attempt: bigint('attempt', { mode: 'number' }),
    bytes: bytea('bytes').notNull(),
    /** Of the whole body, where `bytes` is the beginning of a body that no service can read. */
    byteCount: integer('byte_count'),
    /** Headers among them. Bytes in headers are {"!":"bytes","value":"(base64)"}. */
    properties: json('properties').notNull(),
    firstSeenAt: timestamp('first_seen_at', { withTimezone: true }).notNull().defaultNow(),
    /** When it died for the first time, as its headers say; replays do not change it. */
    diedAt: timestamp('died_at', { withTimezone: true }),
    /** When it was dead-lettered last: a duplicate delivery has the same time. */
    lastDiedAt: timestamp('last_died_at', { withTimezone: true }),
    replayedCount: integer('replayed_count').notNull().default(0),
    /** The operator's action that was the last to change the state: see operator_actions. */
    actionId: uuid('action_id'),
    operator: text('operator'),
    why: text('why'),
    stateAt: timestamp('state_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    check('dead_letters_state', sql`state IN ('open', 'replaying', 'replayed', 'discarded')`),
    check(
      'dead_letters_class',
      sql`class IN ('obsolete', 'replayable', 'poison', 'unknown shape', 'unclear')`,
    ),
    // For pages: of all, and with one filter each.
    index('dead_letters_seq').on(table.seq).where(UNDECIDED),
    index('dead_letters_queue').on(table.queue, table.seq).where(UNDECIDED),
    index('dead_letters_pattern').on(table.pattern, table.seq).where(UNDECIDED),
    index('dead_letters_reason').on(table.reason, table.seq).where(UNDECIDED),
    index('dead_letters_class').on(table.class, table.seq).where(UNDECIDED),
    index('dead_letters_saga').on(table.sagaId, table.seq).where(UNDECIDED),
    // For the retention: which sagas must stay, and which dead letters may go.
    index('dead_letters_order').on(table.orderId).where(UNDECIDED),
    index('dead_letters_decided').on(table.stateAt).where(sql`state IN ('replayed', 'discarded')`),
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
