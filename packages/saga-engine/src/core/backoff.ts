import type { RetrySettings } from './settings.js';

/** Exponential, capped, and spread over its upper half: many sagas do not retry at once. */
export function backoffMs(
  { backoffMinMs, backoffMaxMs }: RetrySettings,
  failures: number,
  random: number,
): number {
  const fullMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** Math.min(failures - 1, 30));
  return fullMs * (0.5 + random / 2);
}
