import type { PreparedSaga } from '@backstitch/saga-engine';
import { insertSagas } from '@backstitch/saga-engine/postgres';
import type { Database } from '@backstitch/service-kit';
import { SAGA_TABLES } from '../../database/saga-tables.js';

export type BegunCancellation = { kind: 'inserted' } | { kind: 'exists'; sagaId: string };

/**
 * Without a key, an equal cart gets the order of the checkout just before. An order that is being
 * cancelled is no answer to it.
 */
const FORGET_KEYLESS = `DELETE FROM idempotency_keys WHERE saga_id = $1 AND kind = 'KEYLESS'`;

/** An order has one unfinished saga that places it, at most. */
const OPEN_SAGA = `
  SELECT saga_id FROM saga_state
  WHERE status IN ('RUNNING', 'COMPENSATING') AND order_id = $1 LIMIT 1`;

export class CancellationsRepository {
  constructor(private readonly database: Database) {}

  /** Records a cancellation, and forgets the keyless claim of the saga that placed the order. */
  begin(prepared: PreparedSaga, placementId: string | null): Promise<BegunCancellation> {
    const { sagaId } = prepared.instance;
    return this.database.withTransaction<BegunCancellation>(async (tx) => {
      // Claims before sagas: the order in which checkouts lock them.
      if (placementId !== null) {
        await tx.query({ name: 'cancel_forget', text: FORGET_KEYLESS, values: [placementId] });
      }
      const inserted = await insertSagas(tx, SAGA_TABLES, [prepared]);
      return inserted.has(sagaId) ? { kind: 'inserted' } : { kind: 'exists', sagaId };
    });
  }

  /** The saga of an order that order-service does not know yet. */
  async openSagaOf(orderId: string): Promise<string | undefined> {
    const query = { name: 'cancel_open_saga', text: OPEN_SAGA, values: [orderId] };
    const { rows } = await this.database.reading((client) =>
      client.query<{ saga_id: string }>(query),
    );
    return rows[0]?.saga_id;
  }
}
