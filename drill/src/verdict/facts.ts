import type { DatabaseName } from '@backstitch/tools';

/** What the databases say once every saga has ended. */
export interface Facts {
  sagas: readonly SagaFact[];
  orders: ReadonlyMap<string, OrderFact>;
  /** By order. */
  holds: ReadonlyMap<string, string>;
  /** The bank's ledger, by saga. */
  charges: ReadonlyMap<string, readonly ChargeFact[]>;
}

export interface SagaFact {
  /** The name of its definition. */
  definition: string;
  sagaId: string;
  orderId: string;
  /** Of the request that started it, by the gateway's count. */
  requestId: string | null;
  userId: string | null;
  /** The id of the caller who owns it. */
  caller: string | null;
  /** The Idempotency-Key that names it; null without one. */
  key: string | null;
  /** Of the cart that it was started with. */
  cartTotal: string | null;
  status: 'RUNNING' | 'COMPENSATING' | 'WAITING' | 'DONE' | 'COMPENSATED';
  currentStep: string;
  lastError: string | null;
}

interface OrderFact {
  status: 'PENDING' | 'CONFIRMED' | 'CANCELLED';
  total: string | null;
  /** The saga that cancelled it after it was confirmed. */
  cancellationId?: string | null;
}

export interface ChargeFact {
  decision: 'APPROVED' | 'DECLINED' | 'VOIDED' | 'BURNED';
  amount: string | null;
  /** Null when nothing was given back. */
  refunded: string | null;
}

export type Rows = <Row extends object>(database: DatabaseName, sql: string) => Promise<Row[]>;

const SAGAS = `SELECT definition, saga_id AS "sagaId", order_id AS "orderId", request_id AS "requestId",
    input->>'userId' AS "userId", input->>'caller' AS caller, keyed.key,
    input->>'totalAmount' AS "cartTotal", status, current_step AS "currentStep",
    last_error::text AS "lastError"
  FROM saga_state LEFT JOIN
    (SELECT saga_id, key FROM idempotency_keys WHERE kind = 'KEYED') keyed USING (saga_id)
  WHERE definition = 'checkout'`;
const ORDERS = `SELECT id, status, total_amount AS total, cancellation_id AS "cancellationId"
  FROM orders`;
const HOLDS = 'SELECT order_id AS id, status FROM reservations';
/** The provider's key is made of the saga's id: the bank's own word, whatever payments say. */
const CHARGES = `SELECT split_part(charges.key, ':', 1) AS "sagaId", decision, charges.amount,
    coalesce(refunds.amount, (SELECT sum(amount) FROM bank.refund_entries
      WHERE charge_key = charges.key)) AS refunded
  FROM bank.charges LEFT JOIN bank.refunds ON refunds.key = charges.key`;

export async function readFacts(rows: Rows): Promise<Facts> {
  const [sagas, orders, holds, charges] = await Promise.all([
    rows<SagaFact>('orchestrator', SAGAS),
    rows<OrderFact & { id: string }>('orders', ORDERS),
    rows<{ id: string; status: string }>('inventory', HOLDS),
    rows<ChargeFact & { sagaId: string }>('payments', CHARGES),
  ]);
  return {
    sagas,
    orders: new Map(orders.map(({ id, ...order }) => [id, order])),
    holds: new Map(holds.map(({ id, status }) => [id, status])),
    charges: grouped(charges),
  };
}

function grouped(charges: readonly (ChargeFact & { sagaId: string })[]): Facts['charges'] {
  const bySaga = new Map<string, ChargeFact[]>();
  for (const { sagaId, ...charge } of charges) {
    const known = bySaga.get(sagaId);
    if (known) known.push(charge);
    else bySaga.set(sagaId, [charge]);
  }
  return bySaga;
}
