import { describe, expect, it } from '@jest/globals';
import { armedFaultPoints, reachedFaultPoint } from './fault-point.js';

describe('fault points', () => {
  it.each([
    ['nothing set', undefined, 'test', undefined],
    ['empty', '', 'test', undefined],
    ['one', 'a', 'test', [['a', 1]]],
    ['the third pass', 'a#3', undefined, [['a', 3]]],
    [
      'several',
      'a#2, b',
      'development',
      [
        ['a', 2],
        ['b', 1],
      ],
    ],
    ['production arms nothing', 'a', 'production', undefined],
  ])('%s', (_name, spelled, nodeEnv, expected) => {
    const armed = armedFaultPoints(spelled, nodeEnv);
    expect(armed && [...armed]).toEqual(expected);
  });

  it('lets an unarmed process pass', () => {
    expect(() => reachedFaultPoint('anything')).not.toThrow();
  });
});
