import { describe, expect, it } from '@jest/globals';
import { RestartBackoff } from './restart-backoff.js';

describe('restart backoff', () => {
  it('waits longer after each early death, up to half a minute, and forgets after a stable life', () => {
    const backoff = new RestartBackoff();
    const early = Array.from({ length: 8 }, () => backoff.delayMs(1_000));
    expect(early).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(backoff.delayMs(60_000)).toBe(500);
  });
});
