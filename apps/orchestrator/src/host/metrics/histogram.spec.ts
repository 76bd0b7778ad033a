import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Histogram } from './histogram.js';

describe('a histogram of durations', () => {
  it('tells every percentile within 5 percent', () => {
    const durations = fc.array(fc.double({ min: 0.2, max: 86_400_000, noNaN: true }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.95, 0.99), (all, share) => {
        const histogram = new Histogram();
        for (const ms of all) histogram.observe(ms);
        const sorted = [...all].sort((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(share * all.length)) - 1]!;
        const told = histogram.percentile(share)!;
        return Math.abs(told - exact) / exact <= 0.05;
      }),
    );
  });

  it('is the sum of the histograms that are added', () => {
    const [one, other] = [new Histogram(), new Histogram()];
    for (const ms of [1, 10, 10]) one.observe(ms);
    for (const ms of [10, 5_000]) other.observe(ms);
    one.add(JSON.parse(JSON.stringify(other.buckets())));
    expect(one.count).toBe(5);
    expect(one.percentile(1)! / 5_000).toBeCloseTo(1, 1);
    expect(one.percentile(0.5)! / 10).toBeCloseTo(1, 1);
  });

  it('without an observation has no percentile', () => {
    expect(new Histogram().percentile(0.5)).toBeNull();
  });
});
