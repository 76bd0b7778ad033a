import { describe, expect, it } from '@jest/globals';
import { type Random, seededRandom } from './random.js';

const throws = (random: Random, count = 50) =>
  Array.from({ length: count }, () => random.int(1_000));

describe('seededRandom', () => {
  it('throws the same dice for the same seed, and others for another', () => {
    expect(throws(seededRandom(7))).toEqual(throws(seededRandom(7)));
    expect(throws(seededRandom(7))).not.toEqual(throws(seededRandom(8)));
  });

  it('forks into dice that do not depend on how often it was thrown', () => {
    const [fresh, worn] = [seededRandom(7), seededRandom(7)];
    throws(worn);
    expect(throws(worn.fork('load'))).toEqual(throws(fresh.fork('load')));
    expect(throws(fresh.fork('load'))).not.toEqual(throws(fresh.fork('schedule')));
  });

  it('shuffles without losing anything, and picks every side of the die', () => {
    const random = seededRandom(7);
    const letters = ['a', 'b', 'c', 'd', 'e'];
    expect(random.shuffle(letters).sort()).toEqual(letters);
    expect(new Set(Array.from({ length: 200 }, () => random.pick(['a', 'b', 'c']))).size).toBe(3);
    expect(() => random.pick([])).toThrow(RangeError);
  });
});
