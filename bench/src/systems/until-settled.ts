import { setTimeout as delay } from 'node:timers/promises';
import type { SystemDatabases } from '@backstitch/tools';
import { CannotMeasure } from '../errors.js';

const LOOK_EVERY_MS = 200;

/** Resolves when every saga has ended. */
export async function untilSettled(
  databases: SystemDatabases,
  withinMs: number,
  signal: AbortSignal,
): Promise<void> {
  const until = performance.now() + withinMs;
  while ((await unfinished(databases)) > 0) {
    if (performance.now() > until) {
      throw new CannotMeasure(`sagas have not ended within ${withinMs / 1000} s`);
    }
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function unfinished(databases: SystemDatabases): Promise<number> {
  const sql = `SELECT count(*) AS count FROM saga_state WHERE status IN ('RUNNING', 'COMPENSATING')`;
  const [row] = await databases.rows('orchestrator', sql);
  return Number(row?.count);
}
