import type { Statement } from '@backstitch/database';
import type { OrderKind, OrderStage, OrderStatus } from '@backstitch/shared-types';
import { STATE_OF, TRANSITIONS } from './order-stages.js';
import { KIND, LATER, STAGE, type WriteTerms } from './orders.sql.js';
import type { StageChange } from './stage-change.js';

/** A stage change, and what its event says. */
export interface StageWrite extends StageChange {
  /** For whom it is done, as Caller.id. */
  actor?: string | undefined;
  data?: { reason?: string | undefined; tracking?: string | undefined };
}

/** An order as the command found it; without a status when there is none. */
export interface FoundRow {
  id: string;
  status: OrderStatus | null;
  stage: OrderStage;
  kind: OrderKind;
  saga_id: string | null;
  cancellation_id: string | null;
  moved: boolean;
}

/** Stands for the role of a saga, which acts for people that it has asked itself. */
const SAGA = 'saga';

/** The rows of the state machine as SQL has them. */
const STEPS = TRANSITIONS.flatMap(({ command, kind, from, to, by }) => {
  if (command === 'confirm' || command === 'cancel') return [];
  const isOfPeople = command === 'progress' || command === 'begin-cancel';
  const { status, sagaState } = STATE_OF[to];
  return (isOfPeople ? by : [SAGA]).map((role) => {
    return `('${[command, kind, from, to, role, status, sagaState].join("', '")}')`;
  });
});

/**
 * Moves the orders of a batch that the state machine lets go on, in one statement with their events. What an order
 * is found as is what it is once it is locked: a compare-and-set.
 */
const CHANGE = `
  WITH input AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::uuid[],
      $7::text[], $8::jsonb[])
      AS input (id, command, target, role, saga_id, cancellation_id, actor, data)
  ), found AS (
    SELECT o.id, o.status, ${STAGE('o')} AS stage, ${KIND('o')} AS kind, o.saga_id,
      o.cancellation_id
    FROM orders o JOIN input USING (id) ORDER BY o.id FOR UPDATE OF o
  ), moved AS (
    UPDATE orders o SET status = step.status, saga_state = step.saga_state, stage = input.target,
      cancellation_id = CASE input.command WHEN 'begin-cancel' THEN input.cancellation_id
        ELSE o.cancellation_id END,
      version = o.version + 1,
      updated_at = ${LATER}
    FROM found JOIN input USING (id)
    JOIN (VALUES ${STEPS.join(', ')})
      AS step (command, kind, at, target, role, status, saga_state)
      ON step.command = input.command AND step.kind = found.kind AND step.at = found.stage
        AND step.target = input.target AND step.role = input.role
    WHERE o.id = found.id
      AND (input.command <> 'advance' OR found.saga_id = input.saga_id
        OR found.saga_id IS NULL OR input.saga_id IS NULL)
      AND (input.command <> 'end-cancel' OR found.cancellation_id = input.cancellation_id)
    RETURNING o.id, o.version, o.stage, o.updated_at, input.saga_id, input.actor, input.data
  ), events AS (
    INSERT INTO order_events (order_id, sequence, type, saga_id, created_at, schema, actor, data)
    SELECT id, version, stage, saga_id, updated_at, 1, actor, data FROM moved
    RETURNING order_id, sequence
  ), outbox AS (
    INSERT INTO order_outbox (order_id, sequence) SELECT order_id, sequence FROM events WHERE $9
  )
  SELECT input.id, found.status, found.stage, found.kind, found.saga_id, found.cancellation_id,
    moved.id IS NOT NULL AS moved
  FROM input LEFT JOIN found USING (id) LEFT JOIN moved USING (id)`;

/** No two writes of a batch are of the same order. */
export function stageStatement(
  writes: readonly StageWrite[],
  { areEventsPublished }: Pick<WriteTerms, 'areEventsPublished'>,
): Statement {
  return {
    name: 'orders.change_stage',
    text: CHANGE,
    values: [
      writes.map(({ orderId }) => orderId),
      writes.map(({ command }) => command),
      writes.map(({ target }) => target),
      writes.map(({ role }) => role ?? SAGA),
      writes.map(({ sagaId }) => sagaId ?? null),
      writes.map(({ cancellationId }) => cancellationId ?? null),
      writes.map(({ actor }) => actor ?? null),
      writes.map(dataOf),
      areEventsPublished,
    ],
  };
}

function dataOf({ command, cancellationId, role, data }: StageWrite): string | null {
  const said = {
    ...(command === 'begin-cancel' && { cancellationId, role }),
    ...data,
  };
  const text = JSON.stringify(said);
  return text === '{}' ? null : text;
}

/** Whether a saga brought an order to a stage before. */
export function wasReachedStatement(orderId: string, stage: OrderStage, sagaId: string): Statement {
  return {
    name: 'order_events.was_reached',
    text: `SELECT FROM order_events WHERE order_id = $1 AND type = $2 AND saga_id = $3`,
    values: [orderId, stage, sagaId],
  };
}
