import type { Transaction } from '@backstitch/service-kit';

/** How long a transaction may make others wait. */
export interface ShortLocks {
  /** For each lock that is waited for; others that want it wait behind us. */
  lockMs: number;
  /** For each statement, and the locks it has [the connection's]. */
  statementMs?: number;
}

/** What became of it. `busy`: nothing was done, for lack of a lock or of time. */
export type Tried<Result> = { done: Result } | { busy: string };

/** A lock or the time was not had, or there was a deadlock. */
const BUSY = ['55P03', '57014', '40P01', '40001'];

/** Runs `work` in a transaction that makes others wait for a short time only. */
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

/** Runs `work` in a transaction of this connection; whatever is thrown rolls it back. */
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
