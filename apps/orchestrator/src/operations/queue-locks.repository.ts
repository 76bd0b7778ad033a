import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Database,
  DatabaseAway,
  databaseFault,
  type Transaction,
} from '@backstitch/service-kit';

const TRY_FOR_MS = 2_000;
const TRY_EVERY_MS = 50;
/** Any number that is no other lock's in this database. */
const LOCK_SPACE = 20_817;

/**
 * One at a time looks into a queue, of all orchestrators: whoever looks holds its letters, and
 * another would find nothing. The lock goes with the connection, so nobody can leave it behind.
 */
export class QueueLocks {
  constructor(private readonly database: Database) {}

  /** Undefined when somebody else was at it all the time. */
  async holding<Result>(queue: string, work: () => Promise<Result>): Promise<Result | undefined> {
    const client = await this.connect();
    try {
      if (!(await this.taken(client, queue))) return undefined;
      return await work();
    } finally {
      await client
        .query('SELECT pg_advisory_unlock($1, hashtext($2))', [LOCK_SPACE, queue])
        .then(() => client.release())
        .catch((error: Error) => client.release(error));
    }
  }

  private async taken(client: Transaction, queue: string): Promise<boolean> {
    const untilMs = performance.now() + TRY_FOR_MS;
    for (;;) {
      const { rows } = await client.query<{ taken: boolean }>(
        'SELECT pg_try_advisory_lock($1, hashtext($2)) AS taken',
        [LOCK_SPACE, queue],
      );
      if (rows[0]!.taken) return true;
      if (performance.now() >= untilMs) return false;
      await sleep(TRY_EVERY_MS);
    }
  }

  private async connect(): Promise<Transaction> {
    try {
      return await this.database.pool.connect();
    } catch (error) {
      throw databaseFault(error) === 'away' ? new DatabaseAway('orchestrator', error) : error;
    }
  }
}
