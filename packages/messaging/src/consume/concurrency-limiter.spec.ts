import { describe, expect, it } from '@jest/globals';
import { ConcurrencyLimiter } from './concurrency-limiter.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the concurrency limiter', () => {
  it('runs as many as its limit, and then the others in order', async () => {
    const limiter = new ConcurrencyLimiter(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const work = (n: number) => () =>
      new Promise<number>((resolve) => {
        begun.push(n);
        ends.push(() => resolve(n));
      });
    const all = [1, 2, 3, 4].map((n) => limiter.pass(work(n)));
    await turn();
    expect(begun).toEqual([1, 2]);
    ends[1]!();
    await turn();
    const late = limiter.pass(work(5));
    await turn();
    expect(begun).toEqual([1, 2, 3]);
    for (const next of [0, 2, 3, 4]) {
      ends[next]!();
      await turn();
    }
    expect(await Promise.all([...all, late])).toEqual([1, 2, 3, 4, 5]);
    expect(begun).toEqual([1, 2, 3, 4, 5]);
  });

  it('continues after a failure, and is free when all have ended', async () => {
    const limiter = new ConcurrencyLimiter(1);
    const fails = limiter.pass(() => Promise.reject(new Error('mine')));
    const follows = limiter.pass(() => Promise.resolve('served'));
    await expect(fails).rejects.toThrow('mine');
    expect(await follows).toBe('served');
    expect(await limiter.pass(() => Promise.resolve('later'))).toBe('later');
  });
});
