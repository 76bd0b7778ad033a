import { describe, expect, it } from '@jest/globals';
import { pauseAfterMs, untilNextRunMs } from './retention.js';

describe('the pace', () => {
  it.each([
    [0, 50],
    [10, 50],
    [100, 400],
    [60_000, 5_000],
  ])('after %d ms of work is a pause of %d ms', (workMs, pauseMs) => {
    expect(pauseAfterMs(workMs)).toBe(pauseMs);
  });

  it('begins minutes after the start, and never has instances come all at once', () => {
    expect([untilNextRunMs(true, 0), untilNextRunMs(true, 1)]).toEqual([300_000, 600_000]);
    expect([untilNextRunMs(false, 0), untilNextRunMs(false, 1)]).toEqual([3_240_000, 3_960_000]);
  });
});
