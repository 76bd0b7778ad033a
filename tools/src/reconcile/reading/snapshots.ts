import type { DatabaseName } from './rows.js';
import { Snapshot } from './snapshot.js';

export type DatabaseUrls = Readonly<Record<DatabaseName, string>>;
export type Snapshots = Readonly<Record<DatabaseName, Snapshot>>;

/**
 * Lets `read` see all four databases, each at one instant. The sagas' is the first: whatever a
 * finished saga did was committed before it finished, so that the later instants show it.
 */
export async function inSnapshots<Result>(
  urls: DatabaseUrls,
  read: (snapshots: Snapshots) => Promise<Result>,
): Promise<Result> {
  const opened: Snapshot[] = [];
  const open = async (name: DatabaseName) => {
    const snapshot = await Snapshot.of(urls[name]);
    opened.push(snapshot);
    return snapshot;
  };
  try {
    const orchestrator = await open('orchestrator');
    const others = [open('orders'), open('inventory'), open('payments')] as const;
    await Promise.allSettled(others); // whatever opens is closed, also when another does not
    const [orders, inventory, payments] = await Promise.all(others);
    return await read({ orchestrator, orders, inventory, payments });
  } finally {
    await Promise.all(opened.map((snapshot) => snapshot.close()));
  }
}
