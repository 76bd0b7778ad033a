import { setTimeout as pause } from 'node:timers/promises';
import { databaseFault } from '@backstitch/database';
import { faultOf } from './database-fault.js';

const TRIES_MAX = 5;
const PAUSE_MS = 5;

/**
 * Runs a transaction again after a deadlock or a serialization failure, a bounded number of times.
 * Throws DatabaseAway where the database is, whatever its driver calls that, and RowLocked where it
 * waited for a lock in vain.
 */
export async function retryingContention<Result>(
  databaseName: string,
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (databaseFault(error) !== 'contention' || tries >= TRIES_MAX) {
        throw faultOf(databaseName, error);
      }
      await pause(PAUSE_MS * tries * (0.5 + Math.random()));
    }
  }
}
