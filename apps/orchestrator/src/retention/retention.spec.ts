import { describe, expect, it } from '@jest/globals';
import { firstDelayMs, pauseAfterMs } from './retention.js';

describe('the pace', () => {
  it.each([
    [0, 50],
    [10, 50],
    [100, 400],
    [60_000, 5_000],
  ])('after %d ms of work is a pause of %d ms', (workMs, pauseMs) => {
    expect(pauseAfterMs(workMs)).toBe(pauseMs);
  });

  it('begins minutes after the start, and not at the same time in all instances', () => {
    expect([firstDelayMs(0), firstDelayMs(1)]).toEqual([300_000, 600_000]);
  });
});
