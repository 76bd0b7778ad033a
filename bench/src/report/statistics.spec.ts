import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { median, quantile, slope, spread } from './statistics.js';

describe('median', () => {
  it.each([
    { values: [3], middle: 3 },
    { values: [9, 1, 5], middle: 5 },
    { values: [4, 1, 2, 3], middle: 2.5 },
    { values: [10, 9, 100], middle: 10 }, // not in the order of their spelling
  ])('of $values is $middle', ({ values, middle }) => {
    expect(median(values)).toBe(middle);
  });

  it('of nothing is not a number', () => {
    expect(median([])).toBeNaN();
  });

  it('leaves the values as they were', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('quantile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    { share: 0, value: 1 },
    { share: 0.5, value: 50 },
    { share: 0.99, value: 99 },
    { share: 1, value: 100 },
  ])('$share of 1 to 100 is $value', ({ share, value }) => {
    expect(quantile(hundred, share)).toBe(value);
  });

  it('is one of the values, and at least the share of them does not exceed it', () => {
    const values = fc.array(fc.integer(), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const value = quantile(all, share);
        expect(all).toContain(value);
        const within = all.filter((one) => one <= value).length;
        expect(within / all.length).toBeGreaterThanOrEqual(share);
      }),
    );
  });
});

describe('spread', () => {
  it('is the middle and both ends', () => {
    expect(spread([6, 2, 4])).toEqual({ median: 4, min: 2, max: 6 });
  });
});

describe('slope', () => {
  it('is found through noise that cancels out', () => {
    expect(
      slope(
        [
          [0, 1],
          [1, 4],
          [2, 3],
          [3, 6],
        ].map(([x, y]) => [x!, y!]),
      ),
    ).toBeCloseTo(1.4);
    expect(
      slope(
        [
          [0, 5],
          [10, 25],
        ].map(([x, y]) => [x!, y!]),
      ),
    ).toBe(2);
  });

  it('is not a number when there is only one moment', () => {
    expect(slope([[1, 2]])).toBeNaN();
  });
});
