import { describe, expect, it } from '@jest/globals';
import { CannotMeasure } from '../errors.js';
import { untilNoneLeft, type Wait } from './until-none-left.js';

const wait = (counts: number[], over: Partial<Wait> = {}): Wait => ({
  what: 'claimed',
  left: async () => counts.shift() ?? 0,
  lookEveryMs: 1,
  withinMs: 60_000,
  signal: new AbortController().signal,
  ...over,
});

describe('waiting until none is left', () => {
  it('looks until there is none', async () => {
    const counts = [2, 1, 0, 5];
    await untilNoneLeft(wait(counts));
    expect(counts).toEqual([5]);
  });

  it('never waits for ever: it says what is left', async () => {
    const never = untilNoneLeft(wait([], { left: async () => 7, withinMs: 0 }));
    await expect(never).rejects.toThrow(new CannotMeasure('claimed: 7 are left after 0 s'));
  });

  it('ends when the benchmark does', async () => {
    const stop = new AbortController();
    const forEver = untilNoneLeft(wait([], { left: async () => 7, signal: stop.signal }));
    stop.abort();
    await expect(forEver).rejects.toThrow();
  });
});
