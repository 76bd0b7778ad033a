import { setTimeout as pause } from 'node:timers/promises';
import { databaseFault } from '../database-fault.js';

const TRIES_MAX = 5;
const PAUSE_MS = 5;

/** Runs `attempt` again after a deadlock or a serialization failure, a bounded number of times. */
export async function retryingContention<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (databaseFault(error) !== 'contention' || tries >= TRIES_MAX) throw error;
      await pause(PAUSE_MS * tries * (0.5 + Math.random()));
    }
  }
}
