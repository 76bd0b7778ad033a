import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { checkedColumn } from '../postgres/table-names.js';
import type { LastError, SagaFailure, SagaLogData, WaitMemory } from '../core/instance.js';
import type { SagaNoteData, SagaNoteKind } from '../core/note.js';
import type { SignalAnswer } from '../core/signal.js';

const time = (name: string) => timestamp(name, { withTimezone: true });

/**
 * The tables of `sql/` as a Drizzle schema, for an application that makes its migrations with
 * drizzle-kit. `subjectColumn` is the column of the subject's id in saga_state ("order_id", say).
 *
 * Drizzle cannot say how full a page may be. Set the fill factor of saga_state in a migration of
 * your own: `ALTER TABLE saga_state SET (fillfactor = 60)`.
 */
export function sagaTables({ subjectColumn }: { subjectColumn: string }) {
  const column = checkedColumn(subjectColumn);
  return {
    ...stateTable(column),
    ...logTables(),
    ...signalTable(),
    ...noteTable(),
    subjectColumn: column,
  };
}

export type SagaTables = ReturnType<typeof sagaTables>;

function stateTable(subjectColumn: string) {
  const sagaState = pgTable(
    'saga_state',
    {
      sagaId: uuid('saga_id').primaryKey(),
      subjectId: uuid(subjectColumn).notNull(),
      definition: text('definition').notNull(),
      definitionVersion: integer('definition_version').notNull(),
      status: text('status').notNull(),
      currentStep: text('current_step').notNull(),
      attempt: integer('attempt').notNull(),
      waitingFor: text('waiting_for'),
      /** The reply's deadline, or the next try. */
      wakeAt: time('wake_at'),
      lastError: jsonb('last_error').$type<LastError>(),
      needsAttention: boolean('needs_attention').notNull(),
      stepDeadlineAt: time('step_deadline_at'),
      sagaDeadlineAt: time('saga_deadline_at').notNull(),
      failure: jsonb('failure').$type<SagaFailure>(),
      kept: jsonb('kept').notNull(),
      input: jsonb('input').notNull(),
      requestId: text('request_id'),
      version: integer('version').notNull(),
      /** What the saga remembers of its waits. */
      waits: jsonb('waits').$type<WaitMemory>(),
      /** The end of the wait; only while the saga waits. */
      dueAt: time('due_at'),
      epoch: integer('epoch').notNull(),
      owner: uuid('owner').notNull(),
      /** The time of the newest log row of this saga; the next one is later, whatever the clock. */
      lastLogAt: time('last_log_at').notNull(),
      createdAt: time('created_at').notNull(),
      updatedAt: time('updated_at').notNull(),
    },
    (table) => [
      index('saga_state_unfinished')
        .on(table.owner)
        .where(sql`status IN ('RUNNING', 'COMPENSATING')`),
      index('saga_state_due').on(table.dueAt).where(sql`due_at IS NOT NULL`),
      check(
        'saga_state_status',
        sql`status IN ('RUNNING', 'COMPENSATING', 'WAITING', 'DONE', 'COMPENSATED')`,
      ),
    ],
  );
  return { sagaState };
}

/** What each signal was answered; removed together with its saga. */
function signalTable() {
  const sagaSignals = pgTable(
    'saga_signals',
    {
      sagaId: uuid('saga_id').notNull(),
      signalId: text('signal_id').notNull(),
      name: text('name').notNull(),
      data: jsonb('data'),
      answer: jsonb('answer').$type<SignalAnswer>().notNull(),
      recordedAt: time('recorded_at').notNull(),
    },
    (table) => [primaryKey({ name: 'saga_signals_pkey', columns: [table.sagaId, table.signalId] })],
  );
  return { sagaSignals };
}

/** What happened to sagas beside their log; removed together with them. */
function noteTable() {
  const sagaNotes = pgTable(
    'saga_notes',
    {
      sagaId: uuid('saga_id').notNull(),
      createdAt: time('created_at').notNull(),
      kind: text('kind').$type<SagaNoteKind>().notNull(),
      step: text('step').notNull(),
      data: jsonb('data').$type<SagaNoteData>().notNull(),
    },
    (table) => [
      primaryKey({ name: 'saga_notes_pkey', columns: [table.sagaId, table.createdAt] }),
      check(
        'saga_notes_kind',
        sql`kind IN ('RETRIED', 'PARKED', 'TAKEN_OVER', 'OPERATED', 'RESENT')`,
      ),
    ],
  );
  return { sagaNotes };
}

function logTables() {
  const sagaLogs = pgTable(
    'saga_logs',
    {
      sagaId: uuid('saga_id').notNull(),
      createdAt: time('created_at').notNull(),
      step: text('step').notNull(),
      status: text('status').notNull(),
      data: jsonb('data').$type<SagaLogData>(),
    },
    (table) => [
      primaryKey({ name: 'saga_logs_pkey', columns: [table.sagaId, table.createdAt] }),
      check('saga_logs_status', sql`status IN ('STARTED', 'COMPLETED', 'FAILED')`),
    ],
  );
  const sagaOwners = pgTable('saga_owners', {
    instanceId: uuid('instance_id').primaryKey(),
    heartbeatAt: time('heartbeat_at').notNull(),
    startedAt: time('started_at').notNull(),
  });
  /** The definitions that sagas were started with: no engine goes on with another one. */
  const sagaDefinitions = pgTable(
    'saga_definitions',
    {
      name: text('name').notNull(),
      version: integer('version').notNull(),
      fingerprint: text('fingerprint').notNull(),
      recordedAt: time('recorded_at').defaultNow().notNull(),
    },
    (table) => [
      primaryKey({ name: 'saga_definitions_pkey', columns: [table.name, table.version] }),
    ],
  );
  return { sagaLogs, sagaOwners, sagaDefinitions };
}
