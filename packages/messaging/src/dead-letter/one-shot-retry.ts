import { RETRIES_HEADER } from './message-headers.js';

const DELAYS_MS = [100, 400, 1_600];

export type RetryDecision = { retry: number; afterMs: number } | 'exhausted';

/**
 * The next step for a failed command without a reply queue: requeued for the n-th time after a
 * wait, or dead-lettered. The message stays unacknowledged during the wait, so a crash loses
 * nothing.
 */
export function retryDecision(headers: Record<string, unknown> | undefined): RetryDecision {
  const before = headers?.[RETRIES_HEADER];
  const retries = typeof before === 'number' && before >= 0 ? Math.floor(before) : 0;
  const afterMs = DELAYS_MS[retries];
  return afterMs === undefined ? 'exhausted' : { retry: retries + 1, afterMs };
}
