import type { LastError } from './instance.js';

/** What stays of the error before: the pauses that a step plans are made once each. */
export function pausesOf(before: LastError | undefined): Pick<LastError, 'pausesMs'> {
  return before?.pausesMs === undefined ? {} : { pausesMs: before.pausesMs };
}

/** The error with the next pause that the step plans for it; undefined when none is left. Pure. */
export function nextPause(
  error: LastError,
  planned: readonly number[],
): { pauseMs: number; lastError: LastError } | undefined {
  const made = error.pausesMs ?? [];
  const pauseMs = planned[made.length];
  return pauseMs === undefined
    ? undefined
    : { pauseMs, lastError: { ...error, pausesMs: [...made, pauseMs] } };
}
