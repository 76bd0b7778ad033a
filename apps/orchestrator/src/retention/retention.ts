/** A partition of the log, as the database describes it. */
export interface LogPartition {
  readonly name: string;
  readonly isDefault: boolean;
  /** No row in it is younger than the retention. */
  readonly expired: boolean;
}

const PAUSE_MS_MIN = 50;
const PAUSE_MS_MAX = 5_000;
const PAUSE_PER_WORK = 4;

/** How long to leave the database to others: at most a fifth of the time is spent on what is old. */
export function pauseAfterMs(workMs: number): number {
  return Math.min(PAUSE_MS_MAX, Math.max(PAUSE_MS_MIN, workMs * PAUSE_PER_WORK));
}

/** What one run did. */
export interface RetentionCounts {
  sagas: number;
  keys: number;
  deadLetters: number;
  partitionsMade: number;
  partitionsDropped: number;
  /** Partitions past their age that had to stay: a saga that is still there has rows in them. */
  partitionsKept: number;
}

export function nothingYet(): RetentionCounts {
  return {
    sagas: 0,
    keys: 0,
    deadLetters: 0,
    partitionsMade: 0,
    partitionsDropped: 0,
    partitionsKept: 0,
  };
}

const FIRST_RUN_MS = 5 * 60_000;
export const INTERVAL_MS = 60 * 60_000;

/** Instances that start together do not all run at once; `random` is 0 to 1. Pure. */
export function firstDelayMs(random: number): number {
  return FIRST_RUN_MS * (1 + random);
}
