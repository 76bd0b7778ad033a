import { setTimeout as delay } from 'node:timers/promises';
import { CannotMeasure } from '../errors.js';

export interface Wait {
  /** For people: what happens to each of them. */
  what: string;
  /** To how many it has not happened yet. */
  left: () => Promise<number>;
  lookEveryMs: number;
  withinMs: number;
  signal: AbortSignal;
}

/** Resolves when none is left; throws when that takes too long, and says how many are. */
export async function untilNoneLeft(wait: Wait): Promise<void> {
  const { what, left, lookEveryMs, withinMs, signal } = wait;
  const until = performance.now() + withinMs;
  for (;;) {
    const count = await left();
    if (count <= 0) return;
    if (performance.now() >= until) {
      throw new CannotMeasure(`${what}: ${count} are left after ${Math.round(withinMs / 1000)} s`);
    }
    await delay(lookEveryMs, undefined, { signal });
  }
}
