import { describe, expect, it } from '@jest/globals';
import { answered, backoffMs, within } from './waiting.js';

describe('backoff', () => {
  it.each([
    [1, 0, 50],
    [1, 1, 100],
    [2, 1, 200],
    [5, 1, 1_600],
    [6, 1, 3_000],
    [500, 0, 1_500],
    [500, 1, 3_000],
  ])('after %i failures, with random %i, waits %i ms', (failures, random, ms) => {
    expect(backoffMs(failures, random)).toBe(ms);
  });
});

describe('within', () => {
  it('does not wait longer than its limit for work that never ends', async () => {
    await expect(within(5, new Promise(() => undefined))).resolves.toBeUndefined();
  });

  it('rejects as the work does', async () => {
    await expect(within(1_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});

describe('answered', () => {
  const late = (why: string) => new Error(`late: ${why}`);

  it('settles as the work does', async () => {
    expect(await answered(1_000, Promise.resolve('yes'), late)).toBe('yes');
    await expect(answered(1_000, Promise.reject(new Error('no')), late)).rejects.toThrow('no');
  });

  it('throws the given error when the time is up', async () => {
    const never = new Promise(() => undefined);
    await expect(answered(5, never, late)).rejects.toThrow('late: no answer came for 5 ms');
  });
});
