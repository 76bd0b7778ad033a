import { describe, expect, it } from '@jest/globals';
import { whyNoRoom } from './disk.js';

describe('whyNoRoom', () => {
  it('accepts a disk with enough space', () => {
    expect(whyNoRoom(5_000_000, 100e9)).toBeUndefined();
  });

  it('says how much is needed and free, and how many would fit', () => {
    const why = whyNoRoom(5_000_000, 10e9);
    expect(why).toBe(
      '5000000 finished sagas need 34.0 GB on the disk of PostgreSQL, and 10.0 GB are free; ' +
        '--sagas 1000000 would fit.',
    );
    expect(whyNoRoom(1_000_000, 10e9)).toBeUndefined();
  });

  it('proposes nothing on a full disk', () => {
    expect(whyNoRoom(1_000, 1e6)).not.toContain('would fit');
  });
});
