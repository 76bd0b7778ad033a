import type { SystemDatabases } from '@backstitch/tools';
import { untilNoneLeft } from '../takeover/until-none-left.js';

/** Resolves when no saga is driven: each has ended, or waits. */
export async function untilSettled(
  databases: SystemDatabases,
  withinMs: number,
  signal: AbortSignal,
): Promise<void> {
  const sql = `SELECT count(*) AS count FROM saga_state WHERE status IN ('RUNNING', 'COMPENSATING')`;
  const left = async () => Number((await databases.rows('orchestrator', sql))[0]?.count);
  await untilNoneLeft({ what: 'driven sagas', left, lookEveryMs: 200, withinMs, signal });
}
