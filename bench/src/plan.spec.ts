import { describe, expect, it } from '@jest/globals';
import { duration, turns } from './plan.js';

describe('turns', () => {
  it('puts the two of a pair next to each other and changes which is first', () => {
    const lines = turns(2, [1, 64], ['backstitch', 'textbook']).map(
      ({ round, inFlight, system }) => `${round} ${inFlight} ${system}`,
    );
    expect(lines).toEqual([
      '1 1 backstitch',
      '1 1 textbook',
      '1 64 backstitch',
      '1 64 textbook',
      '2 1 textbook',
      '2 1 backstitch',
      '2 64 textbook',
      '2 64 backstitch',
    ]);
  });

  it('needs no second system', () => {
    expect(turns(3, [64], ['textbook'])).toHaveLength(3);
  });
});

describe('duration', () => {
  it.each([
    [0.4, 'about 1 s'],
    [89, 'about 89 s'],
    [90, 'about 2 min'],
    [3_600, 'about 60 min'],
  ])('of %p s is %p', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
