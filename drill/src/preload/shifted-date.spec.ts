import { describe, expect, it } from '@jest/globals';
import { shiftedDate } from './shifted-date.js';

const HOUR_MS = 3_600_000;

describe('a shifted date', () => {
  const Shifted = shiftedDate(Date, HOUR_MS);

  it('is off by as much, however it is asked for the present', () => {
    const earliestMs = Date.now() + HOUR_MS;
    const seen = [Shifted.now(), new Shifted().getTime(), Shifted.parse(Shifted()) + 999];
    const latestMs = Date.now() + HOUR_MS + 999;
    for (const ms of seen) {
      expect(ms).toBeGreaterThanOrEqual(earliestMs);
      expect(ms).toBeLessThanOrEqual(latestMs);
    }
  });

  it('leaves dates that are said as they are', () => {
    expect(new Shifted(0).toISOString()).toBe('1970-01-01T00:00:00.000Z');
    expect(new Shifted('2026-11-20T00:00:00Z').getTime()).toBe(Date.UTC(2026, 10, 20));
    expect(Shifted.UTC(2026, 10, 20)).toBe(Date.UTC(2026, 10, 20));
    expect(new Shifted()).toBeInstanceOf(Date);
  });
});
