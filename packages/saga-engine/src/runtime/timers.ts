import type { Timers } from './ports.js';

/** The longest that setTimeout holds: it takes anything longer for 1 ms. */
const SLICE_MAX_MS = 2 ** 31 - 1;

/** The timers of this process: for any time, Infinity included. */
export const processTimers: Timers = {
  nowMs: () => performance.now(),
  after(delayMs, then) {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      const isLast = leftMs <= SLICE_MAX_MS;
      const next = isLast ? then : (): void => wait(leftMs - SLICE_MAX_MS);
      timer = setTimeout(next, isLast ? leftMs : SLICE_MAX_MS);
    };
    wait(Number.isNaN(delayMs) ? 0 : delayMs);
    return () => clearTimeout(timer);
  },
};
