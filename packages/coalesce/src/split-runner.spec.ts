import { describe, expect, it } from '@jest/globals';
import { Coalescer, type CoalescerOptions } from './coalescer.js';

interface Order {
  id: string;
  products: readonly string[];
}

class Locked extends Error {}

const order = (id: string, ...products: string[]): Order => ({ id, products });
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * A shop in which another session has locked some products. A batch that needs one waits until the
 * test ends the wait, and then fails unless the product is free.
 */
function lockedShop(locked: string[], options: Partial<CoalescerOptions<Order, string>> = {}) {
  const runs: string[][] = [];
  const waiting: (() => void)[] = [];
  let waitingMax = 0;
  const isLocked = (batch: readonly Order[]) =>
    batch.some(({ products }) => products.some((product) => locked.includes(product)));
  const coalescer = new Coalescer<Order, string>({
    keyOf: ({ id }) => id,
    locksOf: ({ products }) => products,
    isLocked: (error) => error instanceof Locked,
    run: async (batch) => {
      runs.push(batch.map(({ id }) => id));
      if (isLocked(batch)) {
        const timeout = new Promise<void>((resolve) => waiting.push(resolve));
        waitingMax = Math.max(waitingMax, waiting.length);
        await timeout;
        if (isLocked(batch)) throw new Locked(batch.map(({ id }) => id).join());
      }
      return batch.map(({ id }) => ({ ok: id }));
    },
    ...options,
  });
  const outcomes: Record<string, string> = {};
  return {
    coalescer,
    runs,
    outcomes,
    locked,
    get waitingMax() {
      return waitingMax;
    },
    submit(...orders: Order[]) {
      for (const each of orders) {
        coalescer.submit(each).then(
          () => (outcomes[each.id] = 'done'),
          () => (outcomes[each.id] = 'locked'),
        );
      }
    },
    /** Ends the wait of every run, and lets everything run that follows. */
    async timeOut() {
      await turn();
      for (const end of waiting.splice(0)) end();
      for (let i = 0; i < 20; i += 1) await turn();
    },
    async settle() {
      for (let i = 0; i < 20; i += 1) await turn();
    },
  };
}

describe('a batch that timed out on a lock', () => {
  it('is split: only the items that need the lock fail, and they share one attempt', async () => {
    const shop = lockedShop(['hot']);
    const hot = ['h1', 'h2', 'h3', 'h4'].map((id) => order(id, 'hot'));
    const others = ['a', 'b', 'c'].map((id) => order(id, `of ${id}`));
    shop.submit(...hot, ...others);
    await shop.timeOut();
    expect(shop.outcomes).toEqual({ a: 'done', b: 'done', c: 'done' });
    await shop.timeOut();
    expect(shop.outcomes).toMatchObject({ h1: 'locked', h2: 'locked', h3: 'locked', h4: 'locked' });
    expect(shop.runs.filter((ids) => ids.join() === 'h1')).toHaveLength(1);
    expect(shop.runs.flat().filter((id) => id === 'h3')).toHaveLength(1);
    await shop.coalescer.idle();
  });

  it('delays no later item: an item that needs the lock runs alone at once', async () => {
    const shop = lockedShop(['hot']);
    shop.submit(order('h1', 'hot'), order('a', 'x'));
    await shop.timeOut();
    await shop.timeOut();
    shop.submit(order('h2', 'hot'), order('b', 'x'), order('c', 'y'));
    await shop.settle();
    expect(shop.outcomes).toMatchObject({ b: 'done', c: 'done' });
    expect(shop.runs).toContainEqual(['b', 'c']);
    expect(shop.outcomes['h2']).toBeUndefined();
    await shop.timeOut();
    expect(shop.outcomes['h2']).toBe('locked');
  });

  it('does not suspect the other locks of its items: a product bought beside the locked one sells', async () => {
    const shop = lockedShop(['hot']);
    shop.submit(order('both', 'hot', 'mouse'), order('m1', 'mouse'), order('m2', 'mouse'));
    await shop.timeOut();
    await shop.timeOut();
    expect(shop.outcomes).toEqual({ both: 'locked', m1: 'done', m2: 'done' });
    shop.submit(order('m3', 'mouse'), order('x', 'x'));
    await shop.settle();
    expect(shop.runs.at(-1)).toEqual(['m3', 'x']);
  });

  it('runs a bounded number of its items at once, and keeps one run for items without a suspected lock', async () => {
    const locks = Array.from({ length: 20 }, (_, i) => `p${i}`);
    const shop = lockedShop(locks, { splitConcurrency: 3 });
    shop.submit(...locks.map((product) => order(`of ${product}`, product)));
    for (let i = 0; i < 30; i += 1) await shop.timeOut();
    expect(new Set(Object.values(shop.outcomes))).toEqual(new Set(['locked']));
    expect(shop.waitingMax).toBeLessThanOrEqual(3);
    shop.submit(...locks.map((product) => order(`again ${product}`, product)));
    await shop.settle();
    shop.submit(order('new', 'free'), order('new too', 'free too'));
    await shop.settle();
    expect(shop.outcomes).toMatchObject({ new: 'done', 'new too': 'done' });
    for (let i = 0; i < 30; i += 1) await shop.timeOut();
    await shop.coalescer.idle();
  });

  it('is not split again once an item has got the lock', async () => {
    const shop = lockedShop(['hot']);
    shop.submit(order('h1', 'hot'), order('a', 'x'));
    await shop.timeOut();
    await shop.timeOut();
    shop.locked.pop();
    shop.submit(order('h2', 'hot'));
    await shop.settle();
    shop.submit(order('h3', 'hot'), order('h4', 'hot'));
    await shop.settle();
    expect(shop.outcomes).toEqual({ h1: 'locked', a: 'done', h2: 'done', h3: 'done', h4: 'done' });
    expect(shop.runs.at(-1)).toEqual(['h3', 'h4']);
  });

  it('never has two items of one key running at once, in batches or alone', async () => {
    const shop = lockedShop(['hot']);
    shop.submit(order('same', 'hot'), order('a', 'x'));
    await shop.timeOut();
    shop.submit(order('same', 'hot'));
    await shop.settle();
    expect(shop.runs.filter((ids) => ids.includes('same'))).toHaveLength(2); // the batch, and alone
    await shop.timeOut();
    await shop.timeOut();
    expect(shop.runs.filter((ids) => ids.includes('same'))).toHaveLength(3);
    await shop.coalescer.idle();
  });

  it('fails as a whole when no error counts as a lock timeout', async () => {
    const shop = lockedShop(['hot'], { isLocked: () => false });
    shop.submit(order('h1', 'hot'), order('a', 'x'));
    await shop.timeOut();
    expect(shop.outcomes).toEqual({ h1: 'locked', a: 'locked' });
  });
});
