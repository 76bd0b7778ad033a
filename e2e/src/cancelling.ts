import { type Answer, answerOf } from './shopper.js';
import type { System } from './system.js';

export interface CancelBody {
  reason: string;
  disposition?: 'RESTOCK' | 'WRITE_OFF';
}

/** POST /api/orders/{id}/cancel without a token, as the shop's page of a guest does. */
export async function cancel(
  gatewayUrl: string,
  orderId: string,
  body: CancelBody = { reason: 'changed my mind' },
): Promise<Answer> {
  const response = await fetch(`${gatewayUrl}/api/orders/${orderId}/cancel`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return answerOf(response);
}

/** How often the bank charged and gave back for an order. */
export async function bankOf(system: System, orderId: string) {
  const sql = `SELECT
      (SELECT count(*)::int FROM bank.charges WHERE key = p.provider_key
         AND decision = 'APPROVED') AS charges,
      (SELECT count(*)::int FROM bank.refunds WHERE key = p.provider_key)
        + (SELECT count(*)::int FROM bank.refund_entries WHERE charge_key = p.provider_key)
        AS refunds
    FROM payments p WHERE p.order_id = $1`;
  const [row] = await system.rows<{ charges: number; refunds: number }>('payments', sql, [orderId]);
  return row ?? { charges: 0, refunds: 0 };
}

export async function stageOf(system: System, orderId: string): Promise<string | undefined> {
  const sql = 'SELECT stage FROM orders WHERE id = $1';
  return (await system.rows<{ stage: string }>('orders', sql, [orderId]))[0]?.stage;
}

/** The sagas of an order, as `name STATUS`, the oldest first. */
export async function sagasOf(system: System, orderId: string): Promise<string[]> {
  const sql = `SELECT definition || ' ' || status AS told FROM saga_state
    WHERE order_id = $1 ORDER BY created_at`;
  const rows = await system.rows<{ told: string }>('orchestrator', sql, [orderId]);
  return rows.map(({ told }) => told);
}
