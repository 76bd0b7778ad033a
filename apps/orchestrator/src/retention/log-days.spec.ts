import { describe, expect, it } from '@jest/globals';
import { daysAhead } from './log-days.js';

describe('the days of the log that are made', () => {
  const missing = (...ahead: number[]) => ahead.map((each) => ({ day: `+${each}`, ahead: each }));

  it.each([
    ['all that are wanted when none is missing', missing(), 35],
    ['those before the first gap, whatever comes after it', missing(4, 9), 3],
    ['none when tomorrow is missing', missing(1, 2), 0],
    ['less than none when today is missing, tomorrow or not', missing(0), -1],
  ])('are %s', (_what, days, ahead) => {
    expect(daysAhead(days, 35)).toBe(ahead);
  });
});
