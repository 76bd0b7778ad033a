import type { SystemDatabases } from '@backstitch/tools';
import type { Ledgers } from './system.js';

/** Every system has these tables, however differently it fills them; only some write the log. */
export async function readLedgers(databases: SystemDatabases): Promise<Ledgers> {
  const [orders] = await databases.rows(
    'orders',
    `SELECT count(*) AS confirmed FROM orders WHERE status = 'CONFIRMED'`,
  );
  const [sagas] = await databases.rows(
    'orchestrator',
    `SELECT (SELECT count(*) FROM saga_logs)::float8
      / nullif((SELECT count(*) FROM saga_state), 0) AS rows_each`,
  );
  const confirmedOrders = Number(orders?.confirmed);
  const rowsEach = sagas?.rows_each;
  return typeof rowsEach === 'number'
    ? { confirmedOrders, logRowsPerSaga: rowsEach }
    : { confirmedOrders };
}
