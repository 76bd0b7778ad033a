import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Coalescer, type CoalescerOptions } from './coalescer.js';

interface Job {
  key: string;
  value: number;
}

/** Each batch ends when the test says so: the test decides what arrives while a batch runs. */
function gated(options: Partial<CoalescerOptions<Job, number>> = {}) {
  const batches: Job[][] = [];
  const gates: (() => void)[] = [];
  const coalescer = new Coalescer<Job, number>({
    keyOf: (job) => job.key,
    run: async (batch) => {
      batches.push([...batch]);
      await new Promise<void>((open) => {
        gates.push(open);
      });
      return batch.map((job) => ({ ok: job.value }));
    },
    ...options,
  });
  return { coalescer, batches, openNext: () => gates.shift()?.() };
}

const job = (key: string, value = 0): Job => ({ key, value });
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the coalescer', () => {
  it('runs one item alone when idle, and all items that waited meanwhile together', async () => {
    const { coalescer, batches, openNext } = gated();
    const first = coalescer.submit(job('a', 1));
    await turn();
    const rest = ['b', 'c', 'd'].map((key, i) => coalescer.submit(job(key, i)));
    openNext();
    expect(await first).toBe(1);
    await turn();
    openNext();
    expect(await Promise.all(rest)).toEqual([0, 1, 2]);
    expect(batches.map((batch) => batch.length)).toEqual([1, 3]);
  });

  it('never has a key in two batches at once or twice in a batch, and keeps its order', async () => {
    const { coalescer, batches, openNext } = gated({ concurrency: 2 });
    const all = [coalescer.submit(job('a', 1)), coalescer.submit(job('a', 2))];
    await turn();
    expect(batches).toEqual([[job('a', 1)]]);
    openNext();
    await turn();
    await turn();
    openNext();
    expect(await Promise.all(all)).toEqual([1, 2]);
  });

  it('runs equal waiting work once, and shares its result', async () => {
    const { coalescer, batches, openNext } = gated({ sameWork: (a, b) => a.value === b.value });
    const answers = [1, 1, 2, 2].map((value) => coalescer.submit(job('a', value)));
    await turn();
    openNext();
    await turn();
    await turn();
    openNext();
    expect(await Promise.all(answers)).toEqual([1, 1, 2, 2]);
    expect(batches).toEqual([[job('a', 1)], [job('a', 2)]]);
  });

  it('gives each item its own outcome: an item that fails does not fail the others', async () => {
    const coalescer = new Coalescer<Job, number>({
      keyOf: (item) => item.key,
      run: (batch) => {
        if (batch.some((item) => item.value < 0)) return Promise.reject(new Error('bad row'));
        return Promise.resolve(batch.map((item) => ({ ok: item.value })));
      },
      retrySingly: () => true,
    });
    const results = await Promise.allSettled([
      coalescer.submit(job('a', 1)),
      coalescer.submit(job('b', -1)),
      coalescer.submit(job('c', 3)),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails every item of a batch that failed, if single runs would not help', async () => {
    const coalescer = new Coalescer<Job, number>({
      keyOf: (item) => item.key,
      run: () => Promise.reject(new Error('connection lost')),
    });
    const results = await Promise.allSettled([
      coalescer.submit(job('a')),
      coalescer.submit(job('b')),
    ]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
  });

  it('fails a batch whose run answers fewer outcomes than items', async () => {
    const coalescer = new Coalescer<Job, number>({
      keyOf: (item) => item.key,
      run: () => Promise.resolve([]),
    });
    await expect(coalescer.submit(job('a'))).rejects.toThrow('answered by 0 outcomes');
  });

  it.each(['concurrency', 'batchMax', 'splitConcurrency'])('refuses a %s below 1', (option) => {
    expect(() => gated({ [option]: 0 })).toThrow(RangeError);
  });

  it('is idle only when nothing waits and nothing runs', async () => {
    const { coalescer, openNext } = gated();
    await coalescer.idle();
    let idle = false;
    const answer = coalescer.submit(job('a'));
    const whenIdle = coalescer.idle().then(() => {
      idle = true;
    });
    await turn();
    expect(idle).toBe(false);
    openNext();
    await answer;
    await whenIdle;
    expect(idle).toBe(true);
  });

  it('answers every item exactly once with its own value, for any load', async () => {
    const jobs = fc.array(
      fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.integer() }),
    );
    await fc.assert(
      fc.asyncProperty(jobs, fc.integer({ min: 1, max: 4 }), async (items, concurrency) => {
        const inFlight = new Set<string>();
        const coalescer = new Coalescer<Job, number>({
          keyOf: (item) => item.key,
          concurrency,
          batchMax: 3,
          run: async (batch) => {
            for (const item of batch) {
              expect(inFlight.has(item.key)).toBe(false);
              inFlight.add(item.key);
            }
            await turn();
            for (const item of batch) inFlight.delete(item.key);
            return batch.map((item) => ({ ok: item.value }));
          },
        });
        const answers = await Promise.all(items.map((item) => coalescer.submit(item)));
        expect(answers).toEqual(items.map((item) => item.value));
      }),
      { numRuns: 200 },
    );
  });
});
