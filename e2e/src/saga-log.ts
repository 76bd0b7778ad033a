import type { System } from './system.js';

/** The rows of saga_logs of a saga, as `STEP STATUS` lines in their order. */
export async function sagaLog(system: System, sagaId: string): Promise<string[]> {
  const rows = await system.rows<{ step: string; status: string }>(
    'orchestrator',
    'SELECT step, status FROM saga_logs WHERE saga_id = $1 ORDER BY created_at',
    [sagaId],
  );
  return rows.map((row) => `${row.step} ${row.status}`);
}

/** `STEP STARTED`, `STEP COMPLETED` of every step named. */
export function completed(...steps: string[]): string[] {
  return steps.flatMap((step) => [`${step} STARTED`, `${step} COMPLETED`]);
}

export function failed(step: string): string[] {
  return [`${step} STARTED`, `${step} FAILED`];
}

export interface OrderRows {
  order: { status: string; saga_state: string; user_id: string; total_amount: string } | undefined;
  reservation: { status: string } | undefined;
  payments: { status: string; amount: string }[];
  saga: { current_step: string; status: string } | undefined;
}

/** The rows every service keeps of one order. */
export async function orderRows(system: System, orderId: string): Promise<OrderRows> {
  const one = [orderId];
  const [orders, reservations, payments, sagas] = await Promise.all([
    system.rows<NonNullable<OrderRows['order']>>(
      'orders',
      'SELECT status, saga_state, user_id, total_amount FROM orders WHERE id = $1',
      one,
    ),
    system.rows<{ status: string }>(
      'inventory',
      'SELECT status FROM reservations WHERE order_id = $1',
      one,
    ),
    system.rows<{ status: string; amount: string }>(
      'payments',
      'SELECT status, amount FROM payments WHERE order_id = $1',
      one,
    ),
    system.rows<{ current_step: string; status: string }>(
      'orchestrator',
      'SELECT current_step, status FROM saga_state WHERE order_id = $1',
      one,
    ),
  ]);
  return { order: orders[0], reservation: reservations[0], payments, saga: sagas[0] };
}

export interface ProductRow {
  stock_quantity: number;
  version: number;
}

export async function product(system: System, productId: string): Promise<ProductRow> {
  const rows = await system.rows<ProductRow>(
    'inventory',
    'SELECT stock_quantity, version FROM products WHERE id = $1',
    [productId],
  );
  return rows[0]!;
}
