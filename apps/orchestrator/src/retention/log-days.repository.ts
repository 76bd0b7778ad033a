import { type Database, databaseFault, type Transaction } from '@backstitch/service-kit';
import type { MissingDay, NotMade } from './log-days.js';
import { MAKE_DAY, MISSING_DAYS } from './log-days.sql.js';
import { withShortLocks } from './short-locks.js';

/**
 * While a day is made, PostgreSQL locks the default partition to check it for rows of that day. It waits
 * for readers of the whole log and for writers to that partition, and they wait for it.
 */
const SHORT = { lockMs: 100, statementMs: 1_000 };

type Outcome = 'made' | 'there' | 'in default';

const WHY = {
  there: 'a table that is no partition has its name, or another partition a part of it',
  'in default': 'the default partition has rows of it',
};

/** The days that the log has partitions for. */
export class LogDaysRepository {
  constructor(private readonly database: Database) {}

  /** From today to so many days ahead, in order. */
  async missing(ahead: number): Promise<MissingDay[]> {
    return (await this.database.pool.query<MissingDay>(MISSING_DAYS, [ahead])).rows;
  }

  /** Makes one day, in a transaction of its own; undefined once it is there. */
  async make(day: string): Promise<NotMade | undefined> {
    const client = await this.database.pool.connect();
    let broken: Error | undefined;
    try {
      const tried = await withShortLocks(client, SHORT, () => outcomeOf(client, day));
      if ('busy' in tried) return { why: tried.busy, isBusy: true };
      return tried.done === 'made' ? undefined : { why: WHY[tried.done], isBusy: false };
    } catch (error) {
      if (databaseFault(error) === 'away') broken = error as Error;
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

async function outcomeOf(client: Transaction, day: string): Promise<Outcome> {
  return (await client.query<{ outcome: Outcome }>(MAKE_DAY, [day])).rows[0]!.outcome;
}
