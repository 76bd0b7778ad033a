import { describe, expect, it } from '@jest/globals';
import { parseRollup, togetherBytes } from './resident.js';

const ROLLUP = `00400000-7ffd1b3f2000 ---p 00000000 00:00 0                          [rollup]
Rss:              148000 kB
Pss:              110000 kB
Shared_Clean:      47000 kB
Shared_Dirty:       1000 kB
Private_Clean:      4000 kB
Private_Dirty:     96000 kB
Swap:                  0 kB
`;

describe('resident memory', () => {
  it('is told apart in what is own and what may be shared', () => {
    const kb = 1024;
    expect(parseRollup(ROLLUP)).toEqual({ ownBytes: 100_000 * kb, sharedBytes: 48_000 * kb });
    expect(() => parseRollup('Rss: 1 kB')).toThrow('smaps_rollup has no Private_Clean');
  });

  it('of several processes counts what they share once', () => {
    const [big, small] = [
      { ownBytes: 100, sharedBytes: 48 },
      { ownBytes: 60, sharedBytes: 40 },
    ];
    expect(togetherBytes([big, small])).toBe(100 + 60 + 48);
    expect(togetherBytes([])).toBe(0);
  });
});
