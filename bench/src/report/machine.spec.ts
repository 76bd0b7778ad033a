import { describe, expect, it } from '@jest/globals';
import { usecsOfFdatasync } from './machine.js';

describe('usecsOfFdatasync', () => {
  it.each([
    ['        fdatasync                         33721.137 ops/sec      30 usecs/op', 30],
    ['        open_datasync                     32052.418 ops/sec      31 usecs/op', undefined],
    ['        fdatasync                                      n/a', undefined],
    ['Compare file sync methods using one 8kB write:', undefined],
  ])('reads %j as %p', (line, us) => {
    expect(usecsOfFdatasync(line)).toBe(us);
  });
});
