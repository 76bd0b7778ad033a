import type { Statement } from '@backstitch/database';
import { EVENT_COLUMNS } from '../history/history.sql.js';

/**
 * The first events of the outbox by key. OFFSET 0 keeps the join one of single rows by their keys: as a
 * join of tables it would read all events.
 */
export function readStatement(limit: number): Statement {
  return {
    name: 'order_outbox.read',
    text: `SELECT due.order_id AS "orderId", event.*
      FROM (SELECT order_id, sequence FROM order_outbox ORDER BY order_id, sequence LIMIT $1) AS due
      CROSS JOIN LATERAL (SELECT ${EVENT_COLUMNS} FROM order_events e
        WHERE e.order_id = due.order_id AND e.sequence = due.sequence OFFSET 0) AS event
      ORDER BY due.order_id, due.sequence`,
    values: [limit],
  };
}

export interface OutboxKey {
  orderId: string;
  sequence: number;
}

export function removeStatement(keys: readonly OutboxKey[]): Statement {
  return {
    name: 'order_outbox.remove',
    text: `DELETE FROM order_outbox WHERE ctid = ANY (ARRAY(
      SELECT row.at FROM unnest($1::uuid[], $2::int[]) AS sent (order_id, sequence)
      CROSS JOIN LATERAL (SELECT o.ctid AS at FROM order_outbox o
        WHERE o.order_id = sent.order_id AND o.sequence = sent.sequence OFFSET 0) AS row))`,
    values: [keys.map(({ orderId }) => orderId), keys.map(({ sequence }) => sequence)],
  };
}
