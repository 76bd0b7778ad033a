import { describe, expect, it } from '@jest/globals';
import { World } from '../testing/world.js';
import { unjudged } from './reconcile.js';

describe('unjudged', () => {
  const world = new World();
  for (const status of ['DONE', 'COMPENSATED', 'RUNNING'] as const) {
    world.saga(world.buyer('plain', 'silence')[0]!, status);
  }
  const judging = (judged: number) => unjudged({ judged, moving: 0, breaches: [] }, world.sagas);

  it('finds that a reconciliation which judged too few, or none, proves nothing', () => {
    expect(judging(1)).toEqual(['reconcile judged 1 of 2 sagas that ended']);
    expect(judging(0)).toEqual(['reconcile judged 0 of 2 sagas that ended']);
  });

  it('finds nothing when every saga that ended was judged', () => {
    expect(judging(2)).toEqual([]);
  });
});
