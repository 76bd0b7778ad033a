import type { Statement } from '@backstitch/database';
import { newUuid } from '@backstitch/shared-types';
import { EVENT_COLUMNS, timeText } from '../history/history.sql.js';
import type { OrderEvent } from '../orders/order-fold.js';
import { STAGE } from '../orders/orders.sql.js';
import type { OrderState } from './differences.js';

/** An order as its row and its events have it; either may be missing. */
export interface ComparedRow {
  id: string;
  row: OrderState | null;
  events: OrderEvent[] | null;
}

const STATE = `jsonb_build_object('version', o.version, 'status', o.status,
  'sagaState', o.saga_state, 'sagaId', o.saga_id, 'userId', o.user_id, 'caller', o.caller,
  'stage', ${STAGE('o')}, 'cancellationId', o.cancellation_id, 'kind', o.kind, 'sellerId', o.seller_id,
  'totalAmount', o.total_amount::text, 'currency', o.currency, 'cartVersion', o.cart_version,
  'createdAt', ${timeText('o.created_at')}, 'updatedAt', ${timeText('o.updated_at')})`;

const EVENTS = `(SELECT jsonb_agg(to_jsonb(each) ORDER BY sequence)
  FROM (SELECT ${EVENT_COLUMNS} FROM order_events e WHERE e.order_id = $ID) AS each)`;

/** The next orders after an id, in the order of their ids. */
export function nextStatement(after: string, limit: number): Statement {
  return {
    name: 'orders.compare_next',
    text: `
      SELECT ids.id, CASE WHEN o.id IS NOT NULL THEN ${STATE} END AS row,
        ${EVENTS.replace('$ID', 'ids.id')} AS events
      FROM (
        (SELECT id FROM orders WHERE id > $1 ORDER BY id LIMIT $2)
        UNION
        (SELECT DISTINCT order_id FROM order_events WHERE order_id > $1 ORDER BY order_id LIMIT $2)
        ORDER BY id LIMIT $2
      ) AS ids LEFT JOIN orders o USING (id)
      ORDER BY ids.id`,
    values: [after, limit],
  };
}

/** One order. Its row is locked first, so the events that are read then are all that made it. */
export function lockStatement(id: string): Statement {
  const text = 'SELECT FROM orders WHERE id = $1 FOR UPDATE';
  return { name: 'orders.lock', text, values: [id] };
}

export function oneStatement(id: string): Statement {
  return {
    name: 'orders.compare_one',
    text: `SELECT one.id, CASE WHEN o.id IS NOT NULL THEN ${STATE} END AS row,
        ${EVENTS.replace('$ID', 'one.id')} AS events
      FROM (SELECT $1::uuid AS id) AS one LEFT JOIN orders o USING (id)`,
    values: [id],
  };
}

export function mendStatement(id: string, state: OrderState): Statement {
  return {
    name: 'orders.mend',
    text: `
      INSERT INTO orders (id, version, status, saga_state, saga_id, user_id, caller, total_amount,
        currency, cart_version, created_at, updated_at, stage, cancellation_id, kind, seller_id)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
      ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = excluded.status,
        saga_state = excluded.saga_state, saga_id = excluded.saga_id, user_id = excluded.user_id,
        caller = excluded.caller, total_amount = excluded.total_amount,
        currency = excluded.currency, cart_version = excluded.cart_version,
        created_at = excluded.created_at, updated_at = excluded.updated_at,
        stage = excluded.stage, cancellation_id = excluded.cancellation_id,
        kind = excluded.kind, seller_id = excluded.seller_id`,
    values: [
      id,
      state.version,
      state.status,
      state.sagaState,
      state.sagaId,
      state.userId,
      state.caller,
      state.totalAmount,
      state.currency,
      state.cartVersion,
      state.createdAt,
      state.updatedAt,
      state.stage,
      state.cancellationId,
      state.kind,
      state.sellerId,
    ],
  };
}

export function recordStatement(
  id: string,
  operator: string,
  before: OrderState | null,
  after: OrderState,
): Statement {
  return {
    name: 'order_rebuilds.record',
    text: `INSERT INTO order_rebuilds (id, order_id, operator, row_before, row_after)
      VALUES ($1, $2, $3, $4, $5)`,
    values: [newUuid(), id, operator, JSON.stringify(before), JSON.stringify(after)],
  };
}
