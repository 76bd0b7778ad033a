import type { Transaction } from '@backstitch/service-kit';

/** How long a transaction may make other sessions wait. */
export interface ShortLocks {
  /** For each lock that is waited for. Other sessions that want it wait behind this one. */
  lockMs: number;
  /** For each statement, and the locks it has [the connection's]. */
  statementMs?: number;
}

/** The result. `busy`: nothing was done, since a lock was not free or the time was over. */
export type Tried<Result> = { done: Result } | { busy: string };

/** A lock was not free, the time was over, or there was a deadlock. */
const BUSY = ['55P03', '57014', '40P01', '40001'];

/** Runs `work` in a transaction that makes other sessions wait for a short time only. */
export async function withShortLocks<Result>(
  client: Transaction,
  { lockMs, statementMs }: ShortLocks,
  work: () => Promise<Result>,
): Promise<Tried<Result>> {
  try {
    return await inTransaction(client, async () => {
      await client.query(`SET LOCAL lock_timeout = ${lockMs}`);
      if (statementMs !== undefined) {
        await client.query(`SET LOCAL statement_timeout = ${statementMs}`);
      }
      return { done: await work() };
    });
  } catch (error) {
    const isBusy = error instanceof Error && 'code' in error && BUSY.includes(String(error.code));
    if (isBusy) return { busy: error.message };
    throw error;
  }
}

/**
 * Runs `work` in a transaction of this connection; an error rolls it back. After a statement timeout
 * too: the connection is used on, since it has the lock of the retention.
 */
export async function inTransaction<Result>(
  client: Transaction,
  work: () => Promise<Result>,
): Promise<Result> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
