import { describe, expect, it } from '@jest/globals';
import { askAgainAfterMs } from './follow-order.js';

/** GUEST_RATE_LIMIT_PER_MINUTE in production. */
const GUEST_LIMIT = 60;
/** What else the pages of an order ask for. */
const OTHERS = 15;

describe('an order that is followed', () => {
  it('is asked for within the limit of a guest in every minute', () => {
    const askedAtMs = [0];
    for (let times = 1; times < 100; times += 1) {
      askedAtMs.push(askedAtMs.at(-1)! + askAgainAfterMs(times));
    }
    for (const startMs of askedAtMs) {
      const inMinute = askedAtMs.filter((at) => at >= startMs && at < startMs + 60_000);
      expect(inMinute.length).toBeLessThanOrEqual(GUEST_LIMIT - OTHERS);
    }
  });
});
