import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Logger } from './logger.js';
import { metricsRegistry } from './metrics.js';
import { retryAfterSeconds, Shedding } from './shedding.js';

const CALM_MS = 1_000;

describe('shedding', () => {
  const lines: [string, object][] = [];
  const logger = {
    warn: (fields: object, message: string) => lines.push([message, fields]),
  } as unknown as Logger;
  beforeEach(() => {
    lines.length = 0;
    jest.useFakeTimers();
  });
  afterEach(() => void jest.useRealTimers());

  it('says once that it begins and once, with its numbers, that it has ended', () => {
    const shedding = new Shedding(logger, CALM_MS);
    for (let second = 0; second < 5; second += 1) {
      for (let n = 0; n < 100; n += 1) shedding.refused('full', { inFlight: 7 });
      shedding.refused('away');
      jest.advanceTimersByTime(CALM_MS - 100);
    }
    expect(lines).toEqual([['requests are being shed', { reason: 'full', inFlight: 7 }]]);
    jest.advanceTimersByTime(CALM_MS);
    expect(lines.slice(1)).toEqual([
      ['no request is shed now', { ms: 4 * (CALM_MS - 100), refused: { full: 500, away: 5 } }],
    ]);
  });

  it('begins anew, from nothing, after it has ended', () => {
    const shedding = new Shedding(logger, CALM_MS);
    for (let episode = 0; episode < 2; episode += 1) {
      shedding.refused('full');
      jest.advanceTimersByTime(2 * CALM_MS);
    }
    expect(lines).toHaveLength(4);
    expect(lines[3]).toEqual(['no request is shed now', { ms: 0, refused: { full: 1 } }]);
  });

  it('shows every refusal in the metrics, by reason', async () => {
    const shedding = new Shedding(logger, CALM_MS);
    for (let n = 0; n < 3; n += 1) shedding.refused('of the test');
    expect(await metricsRegistry.getSingleMetricAsString('requests_shed_total')).toContain(
      'reason="of the test"} 3',
    );
  });
});

describe('Retry-After', () => {
  it('is spread over 1 to 3 seconds', () => {
    expect([0, 0.34, 0.67, 0.999].map(retryAfterSeconds)).toEqual(['1', '2', '3', '3']);
  });
});
