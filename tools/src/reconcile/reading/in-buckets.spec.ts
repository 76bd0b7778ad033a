import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inBuckets, type Bucket, type Source } from './in-buckets.js';

interface Row {
  orderId: string | null;
}
interface Two {
  [kind: string]: Row;
  left: Row;
  right: Row;
}

async function* inBatches(rows: readonly Row[], size: number): AsyncGenerator<Row[], void> {
  for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size);
}

async function bucketsOf(left: readonly string[], right: readonly string[], size: number) {
  const source = (ids: readonly string[]): Source<Row> =>
    inBatches(
      [...ids].sort().map((orderId) => ({ orderId: orderId || null })),
      size,
    );
  const buckets: Bucket<Two>[] = [];
  for await (const bucket of inBuckets<Two>({ left: source(left), right: source(right) })) {
    buckets.push(bucket);
  }
  return buckets;
}

const ids = fc.array(
  fc.constantFrom(...' abcdefghijklmnop'.split('')).map((id) => id.trim()),
  { maxLength: 80 },
);
const inOne = (rows: readonly Row[]) => rows.map(({ orderId }) => orderId ?? '');

describe('rows of two kinds in buckets', () => {
  it('are all there, once, in order, and those of one order in one bucket', async () => {
    await fc.assert(
      fc.asyncProperty(ids, ids, fc.integer({ min: 1, max: 9 }), async (left, right, size) => {
        const buckets = await bucketsOf(left, right, size);
        expect(buckets.flatMap(({ rows }) => inOne(rows.left))).toEqual([...left].sort());
        expect(buckets.flatMap(({ rows }) => inOne(rows.right))).toEqual([...right].sort());
        const seen = new Set<string>();
        for (const { rows } of buckets) {
          const here = new Set([...inOne(rows.left), ...inOne(rows.right)]);
          for (const id of here) expect(seen).not.toContain(id);
          for (const id of here) seen.add(id);
        }
      }),
    );
  });

  it('are never held beyond a batch of each kind and the rows of one order', async () => {
    await fc.assert(
      fc.asyncProperty(ids, ids, fc.integer({ min: 1, max: 9 }), async (left, right, size) => {
        const ofOne = (all: readonly string[]) =>
          Math.max(0, ...all.map((id) => all.filter((other) => other === id).length));
        const most = 2 * size + ofOne(left) + ofOne(right);
        for (const { held } of await bucketsOf(left, right, size)) {
          expect(held).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  it('are told bucket by bucket: a source is not read to its end before the first', async () => {
    let read = 0;
    const counted = async function* (): AsyncGenerator<Row[], void> {
      for (const orderId of 'abcdef') {
        read += 1;
        yield [{ orderId }];
      }
    };
    const buckets = inBuckets<Two>({ left: counted(), right: inBatches([], 1) });
    await buckets.next();
    expect(read).toBeLessThan(3);
    await buckets.return();
  });
});
