import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { arrivalsMs } from './arrivals.js';

describe('arrivalsMs', () => {
  it('comes at the rate that was asked for, on average', () => {
    let state = 1;
    const random = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
    const count = arrivalsMs(100, 100, random).length;
    expect(count).toBeGreaterThan(9_500);
    expect(count).toBeLessThan(10_500);
  });

  it('is in order and within the time', () => {
    const random = fc.double({ min: 0.01, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(fc.infiniteStream(random), (randoms) => {
        const arrivals = arrivalsMs(50, 2, () => randoms.next().value as number);
        expect(arrivals).toEqual([...arrivals].sort((one, other) => one - other));
        for (const atMs of arrivals) expect(atMs).toBeLessThan(2_000);
      }),
    );
  });
});
