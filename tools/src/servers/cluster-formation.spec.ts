import { describe, expect, it } from '@jest/globals';
import type { ClusterNode } from '@backstitch/launcher';
import { formationObstacle } from './cluster-formation.js';

const well = (name: string): ClusterNode => ({
  name,
  running: true,
  mem_alarm: false,
  disk_free_alarm: false,
  partitions: [],
});
const both = [well('one'), well('two')];

describe('what keeps brokers from being one cluster', () => {
  it.each<[string, (ClusterNode[] | undefined)[], string | undefined]>([
    ['nothing', [both, both], undefined],
    ['one that does not answer', [both, undefined], 'a node does not answer'],
    ['one that is alone for itself', [both, [well('two')]], '1 of 2 nodes run'],
    ['one that is down', [[well('one'), { name: 'two', running: false }]], '1 of 2 nodes run'],
    ['numbers not known yet', [[well('one'), { name: 'two', running: true }]], 'two tells nothing'],
    ['memory', [[well('one'), { ...well('two'), mem_alarm: true }]], 'two is short of memory'],
    ['disk', [[well('one'), { ...well('two'), disk_free_alarm: true }]], 'two is short of disk'],
    ['a split', [[well('one'), { ...well('two'), partitions: ['one'] }]], 'two does not see one'],
  ])('%s', (_what, seen, obstacle) => {
    expect(formationObstacle(seen, 2)).toBe(obstacle);
  });
});
