import { describe, expect, it } from '@jest/globals';
import { Coalescer } from './coalescer.js';

describe('the batches of a coalescer', () => {
  it('are reported with size and duration, also when they fail, and waiting items are counted', async () => {
    const told: [number, number][] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const coalescer = new Coalescer<string, string>({
      keyOf: (item) => item,
      batchMax: 2,
      run: async (batch) => {
        await held;
        if (batch.includes('bad')) throw new Error('no');
        return batch.map((item) => ({ ok: item }));
      },
    });
    coalescer.onBatch = (size, ms) => told.push([size, ms]);
    const submitted = ['a', 'b', 'bad'].map((item) => coalescer.submit(item));
    expect(coalescer.waitingCount).toBe(3);
    release();
    expect((await Promise.allSettled(submitted)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
    expect(told.map(([size]) => size)).toEqual([2, 1]);
    expect(told.every(([, ms]) => ms >= 0)).toBe(true);
    expect(coalescer.waitingCount).toBe(0);
  });
});
