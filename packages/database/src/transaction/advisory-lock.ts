import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';

/** A number of its own in this database, or a name in a space of its own. */
export type AdvisoryLock = number | { readonly space: number; readonly name: string | number };

export interface LockPatience {
  /** How long the lock is asked for [0: once]. */
  tryForMs?: number;
  tryEveryMs?: number;
  /** Called after each attempt that found the lock taken. */
  onTaken?: (attempts: number) => void;
}

type Queries = Pick<pg.ClientBase, 'query'>;

const TRY_EVERY_MS = 50;

/**
 * Takes the lock for this connection, until it is released or the connection ends. False when
 * another session kept it all the time. The lock is asked for again and again, never waited for in
 * the database: a statement that waits holds up CREATE INDEX CONCURRENTLY.
 */
export async function takeAdvisoryLock(
  client: Queries,
  lock: AdvisoryLock,
  { tryForMs = 0, tryEveryMs = TRY_EVERY_MS, onTaken }: LockPatience = {},
): Promise<boolean> {
  const untilMs = performance.now() + tryForMs;
  for (let attempts = 1; ; attempts += 1) {
    const { text, values } = callOf('pg_try_advisory_lock', lock);
    const { rows } = await client.query<{ done: boolean }>(text, values);
    if (rows[0]!.done) return true;
    onTaken?.(attempts);
    if (performance.now() >= untilMs) return false;
    await pause(tryEveryMs);
  }
}

export async function releaseAdvisoryLock(client: Queries, lock: AdvisoryLock): Promise<void> {
  const { text, values } = callOf('pg_advisory_unlock', lock);
  await client.query(text, values);
}

function callOf(name: string, lock: AdvisoryLock): { text: string; values: unknown[] } {
  if (typeof lock === 'number') return { text: `SELECT ${name}($1) AS done`, values: [lock] };
  const { space, name: of } = lock;
  const key = typeof of === 'number' ? '$2::int' : 'hashtext($2)';
  return { text: `SELECT ${name}($1::int, ${key}) AS done`, values: [space, of] };
}
