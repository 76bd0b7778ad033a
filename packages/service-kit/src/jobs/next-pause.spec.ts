import { describe, expect, it } from '@jest/globals';
import { nextPauseMs } from './next-pause.js';

const terms = { intervalMs: 1_000, jitter: 0.1, backoffMsMax: 10_000 };

describe('the pause before the next run of a job', () => {
  it.each([
    [0, 0, 900],
    [0, 0.5, 1_000],
    [0, 1, 1_100],
  ])('is the interval, give or take the jitter', (failures, random, ms) => {
    expect(nextPauseMs(terms, failures, random)).toBeCloseTo(ms);
  });

  it('doubles with each failure in a row, up to a limit', () => {
    const pauses = [0, 1, 2, 3, 4, 5, 2_000].map((failures) => nextPauseMs(terms, failures, 0.5));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
  });

  it('is never shorter than the interval, whatever the limit of the back-off', () => {
    const hourly = { ...terms, intervalMs: 3_600_000 };
    expect([0, 1, 9].map((failures) => nextPauseMs(hourly, failures, 0.5))).toEqual(
      Array(3).fill(3_600_000),
    );
  });
});
