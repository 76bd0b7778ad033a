import type { Timers } from './ports.js';

/** The timers of this process. */
export const processTimers: Timers = {
  nowMs: () => performance.now(),
  after(delayMs, then) {
    const timer = setTimeout(then, delayMs);
    return () => clearTimeout(timer);
  },
};
