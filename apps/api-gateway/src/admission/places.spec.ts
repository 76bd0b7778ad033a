import { describe, expect, it } from '@jest/globals';
import { type Asker, type Entry, type Place, Places } from './places.js';

const SLOW_MS = 1_000;

function placesWith(inside: number, replays = 0) {
  const places = new Places({ max: 20, replaysMax: 8, slowAfterMs: SLOW_MS });
  const taken: Place[] = [];
  for (let n = 0; n < inside; n += 1) taken.push(places.take('whole', 0));
  for (let n = 0; n < replays; n += 1) taken.push(places.take('replay-only', 0));
  return { places, taken };
}

describe('a place for a checkout', () => {
  //  inside   replays   keyless   new key   known key
  it.each<[number, number, Entry, Entry, Entry]>([
    [0, 0, 'whole', 'whole', 'whole'],
    [19, 8, 'whole', 'whole', 'whole'],
    [20, 0, undefined, 'replay-only', 'replay-only'],
    [20, 1, undefined, 'replay-only', 'replay-only'],
    [20, 2, undefined, undefined, 'replay-only'],
    [20, 7, undefined, undefined, 'replay-only'],
    [20, 8, undefined, undefined, undefined],
  ])('of 20, with %i inside and %i of 8 replays', (inside, replays, ...entries) => {
    const { places } = placesWith(inside, replays);
    const askers: Asker[] = ['keyless', 'new-key', 'known-key'];
    expect(askers.map((asker) => places.entryFor(asker, 0))).toEqual(entries);
    expect(places.taken).toBe(inside + replays);
  });

  it('is free again when it was left', () => {
    const { places, taken } = placesWith(20, 8);
    places.leave(taken.at(-1)!);
    expect(places.entryFor('known-key', 0)).toBe('replay-only');
    places.leave(taken[7]!);
    expect(places.entryFor('keyless', 0)).toBe('whole');
  });

  it('is not to be had while more than a tenth have waited for too long', () => {
    const { places, taken } = placesWith(3);
    for (let n = 0; n < 10; n += 1) places.take('whole', SLOW_MS / 2);
    expect(places.entryFor('keyless', SLOW_MS - 1)).toBe('whole');
    expect(places.entryFor('keyless', SLOW_MS)).toBeUndefined();
    expect(places.entryFor('known-key', SLOW_MS)).toBe('replay-only');
    places.leave(taken[1]!);
    expect(places.entryFor('keyless', SLOW_MS)).toBe('whole');
  });

  it('is kept for at least one stranger that may be a replay', () => {
    const places = new Places({ max: 1, replaysMax: 1, slowAfterMs: SLOW_MS });
    places.take('whole', 0);
    expect(places.entryFor('new-key', 0)).toBe('replay-only');
  });
});
