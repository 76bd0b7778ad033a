import { readMoney, readOrders, readStock } from './read-participants.js';
import { readSagas } from './read-sagas.js';
import type { DatabaseName, KeptDays, Reading } from './reading.js';
import { inSnapshot } from './snapshot.js';

export type DatabaseUrls = Readonly<Record<DatabaseName, string>>;

/**
 * One reading of the live system. The sagas first: whatever a finished saga did was committed before
 * it finished, so that the later snapshots of the others show it.
 */
export async function readAll(urls: DatabaseUrls, kept: KeptDays): Promise<Reading> {
  const sagas = await inSnapshot(urls.orchestrator, readSagas);
  const [orders, stock, money] = await Promise.all([
    inSnapshot(urls.orders, (query) => readOrders(query, kept)),
    inSnapshot(urls.inventory, readStock),
    inSnapshot(urls.payments, readMoney),
  ]);
  return { sagas, orders, stock, money };
}
