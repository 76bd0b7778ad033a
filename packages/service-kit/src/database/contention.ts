import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseAway, databaseFault } from './database-fault.js';

const TRIES_MAX = 5;
const PAUSE_MS = 5;

/**
 * Runs a transaction again after a deadlock or a serialization failure, a bounded number of times.
 * Throws DatabaseAway where the database is, whatever its driver calls that.
 */
export async function retryingContention<Result>(
  databaseName: string,
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const fault = databaseFault(error);
      if (fault === 'away' && !(error instanceof DatabaseAway)) {
        throw new DatabaseAway(databaseName, error);
      }
      if (fault !== 'contention' || tries >= TRIES_MAX) throw error;
      await pause(PAUSE_MS * tries * (0.5 + Math.random()));
    }
  }
}
