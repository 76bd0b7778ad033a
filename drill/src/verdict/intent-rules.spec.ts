import { describe, expect, it } from '@jest/globals';
import { World, yes } from '../testing/world.js';

const LATE = { status: 408, code: 'REQUEST_TIMEOUT' };

describe('a request that was refused as late', () => {
  it('is found when it was served all the same', () => {
    const world = new World();
    const [late] = world.buyer('plain', LATE);
    world.saga(late!, 'DONE').requestId = 'another id of drill-1';
    expect(world.breaches()).toEqual([
      'its requests were answered as others than the one that started saga saga-of-drill-1',
    ]);
  });

  it('is no breach when its key buys later, or when one without an answer may have bought', () => {
    const world = new World();
    const [, second] = world.buyer('plain', LATE, yes('a'));
    world.saga(second!, 'DONE', 'a');
    const [silent] = world.buyer('plain', 'silence', LATE);
    world.saga(silent!, 'DONE');
    expect(world.breaches()).toEqual([]);
  });
});
