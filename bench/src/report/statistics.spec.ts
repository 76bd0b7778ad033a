import { describe, expect, it } from '@jest/globals';
import { median, quantileOfSorted, slope, spread } from './statistics.js';

describe('the figures of a load', () => {
  it('are not numbers when nothing was completed, or there was only one moment', () => {
    expect([median([]), quantileOfSorted([], 0.5), slope([[1, 2]])]).toEqual([NaN, NaN, NaN]);
  });

  it('are the middle and both ends, and the values stay in their order', () => {
    const values = [100, 9, 10];
    expect(spread(values)).toEqual({ median: 10, min: 9, max: 100 });
    expect(values).toEqual([100, 9, 10]);
  });

  it('reach from the first value to the last', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([0, 1].map((share) => quantileOfSorted(hundred, share))).toEqual([1, 100]);
  });

  it('tell growth through noise that cancels out', () => {
    const noisy = [1, 4, 3, 6].map((y, x) => [x, y] as const);
    expect(slope(noisy)).toBeCloseTo(1.4);
  });
});
