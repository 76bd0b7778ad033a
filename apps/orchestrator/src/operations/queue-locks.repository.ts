import type { Database } from '@backstitch/service-kit';

const TRY_FOR_MS = 2_000;
/** Any number that is no other lock's in this database. */
const LOCK_SPACE = 20_817;

/**
 * One at a time looks into a queue, of all orchestrators: whoever looks holds its letters, and
 * another would find nothing. The lock goes with the connection, so nobody can leave it behind.
 */
export class QueueLocks {
  constructor(private readonly database: Database) {}

  /** Undefined when somebody else was at it all the time. */
  holding<Result>(queue: string, work: () => Promise<Result>): Promise<Result | undefined> {
    const lock = { space: LOCK_SPACE, name: queue };
    return this.database.withAdvisoryLock(lock, work, { tryForMs: TRY_FOR_MS });
  }
}
