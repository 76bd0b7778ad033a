import { describe, expect, it } from '@jest/globals';
import { parseProcessStat, withDescendants, type ProcessStat } from './process-stat.js';

/** A line as the kernel writes it, with a name that is as awkward as a name may be. */
const LINE =
  '4711 (a ) name (x) S 4700 4711 4711 0 -1 4194560 9001 0 12 0 ' +
  '150 50 7 3 20 0 11 0 86034 1234567168 2560 18446744073709551615 1 1 0 0 0 0 0 16781312';

describe('parseProcessStat', () => {
  it('finds name, parent, CPU (its own and of children it waited for) and memory', () => {
    expect(parseProcessStat(LINE)).toEqual({
      pid: 4711,
      name: 'a ) name (x',
      parentPid: 4700,
      cpuTicks: 210,
      residentPages: 2560,
    });
  });
});

describe('withDescendants', () => {
  const tree = [
    [1, 0],
    [10, 1],
    [11, 10],
    [12, 11],
    [20, 1],
    [21, 20],
  ].map(
    ([pid, parentPid]) =>
      ({ pid, parentPid, name: '', cpuTicks: 0, residentPages: 0 }) as ProcessStat,
  );
  const family = (...roots: number[]) =>
    withDescendants(tree, roots)
      .map(({ pid }) => pid)
      .sort((one, other) => one - other);

  it('goes down every generation and to no other process', () => {
    expect(family(10)).toEqual([10, 11, 12]);
    expect(family(10, 21)).toEqual([10, 11, 12, 21]);
  });

  it('counts no process twice when a root descends from another', () => {
    expect(family(10, 11)).toEqual([10, 11, 12]);
  });

  it('has no process when a root is gone', () => {
    expect(family(99)).toEqual([]);
  });
});
