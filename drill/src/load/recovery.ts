import type { Asked } from './ledger.js';

/** So many fresh requests in a row must be served before the system counts as recovered. */
export const SERVED_IN_A_ROW = 20;
const FRESH_KINDS = new Set(['plain', 'lines', 'hot']);

/**
 * When the system was itself again: of the fresh requests asked after a moment, the answer to the
 * first of those that were served one after another. Undefined while that is not seen. Pure.
 */
export function servedAgainAtMs(
  asked: readonly Asked[],
  sinceMs: number,
  inARow = SERVED_IN_A_ROW,
): number | undefined {
  let servedAtMs: number | undefined;
  let streak = 0;
  for (const one of asked) {
    if (one.askedAtMs < sinceMs || !FRESH_KINDS.has(one.intent.kind)) continue;
    const isWaiting = !one.answer && one.silence === undefined;
    if (isServed(one.answer?.status)) {
      servedAtMs = streak === 0 ? one.answer!.atMs : servedAtMs;
      streak += 1;
      if (streak === inARow) return servedAtMs;
    } else {
      // A request that waits may still be served or not: nothing is known past it.
      if (isWaiting) return undefined;
      streak = 0;
    }
  }
  return undefined;
}

/**
 * The longest time without a served fresh request between two moments: how long shoppers felt it.
 * Pure.
 */
export function longestGapMs(asked: readonly Asked[], fromMs: number, untilMs: number): number {
  const servedMs = asked
    .filter(({ intent, answer }) => FRESH_KINDS.has(intent.kind) && isServed(answer?.status))
    .map(({ answer }) => answer!.atMs)
    .filter((atMs) => atMs >= fromMs && atMs <= untilMs)
    .sort((one, other) => one - other);
  const edges = [fromMs, ...servedMs, untilMs];
  return Math.max(...edges.slice(1).map((atMs, index) => atMs - edges[index]!));
}

function isServed(status: number | undefined): boolean {
  return status === 200 || status === 402;
}
