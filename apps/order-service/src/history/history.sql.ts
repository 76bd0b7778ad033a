import type { Statement } from '@backstitch/database';
import type { OrderEvent } from '../orders/order-fold.js';

/** In UTC with microseconds: a Date has milliseconds only. */
export const timeText = (column: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The columns of an event, as `OrderEvent` has them. `e` is the table. */
export const EVENT_COLUMNS = `e.sequence, e.type, e.saga_id AS "sagaId", e.actor, e.data, e.schema,
  ${timeText('e.created_at')} AS "createdAt"`;

export type EventRow = OrderEvent;

/** All events of an order, from the first on. */
export function eventsStatement(orderId: string): Statement {
  return {
    name: 'order_events.read',
    text: `SELECT ${EVENT_COLUMNS} FROM order_events e WHERE e.order_id = $1 ORDER BY e.sequence`,
    values: [orderId],
  };
}
