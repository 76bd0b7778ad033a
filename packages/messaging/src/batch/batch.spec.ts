import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  BODY_BYTES_MAX,
  countFitting,
  ELEMENTS_MAX,
  elementsOf,
  encodeBatch,
  BATCH_BYTES_MAX,
  BATCH_PACKETS_MAX,
} from './batch.js';

const texts = (body: string | Buffer) => elementsOf(Buffer.from(body))?.map(String);
const blanks = fc.stringMatching(/^[ \t\r\n]{0,3}$/);

describe('a batch', () => {
  it('contains every element byte for byte, with any blanks around them', () => {
    const elements = fc.array(fc.tuple(blanks, fc.json(), blanks), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(elements, blanks, (list, end) => {
        const whole = `${end}[${list.map((parts) => parts.join('')).join(',')}]${end}`;
        expect(texts(whole)).toEqual(list.map(([, element]) => element));
        expect(JSON.parse(whole)).toEqual(list.map(([, element]) => JSON.parse(element)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is decoded as it was encoded', () => {
    const bodies = fc.array(
      fc.json().map((json) => Buffer.from(json)),
      { minLength: 1, maxLength: 70 },
    );
    fc.assert(
      fc.property(bodies, (elements) => {
        expect(elementsOf(encodeBatch(elements))).toEqual(elements);
      }),
    );
    expect(String(encodeBatch([]))).toBe('[]');
  });

  it.each([
    ['[]', []],
    [' [ \n] ', []],
    ['\uFEFF[1,2]', ['1', '2']],
    ['["],[",{"a":"]}"}]', ['"],["', '{"a":"]}"}']],
    ['["\\"],[","\\\\",[[1,2],{"a":[3]}]]', ['"\\"],["', '"\\\\"', '[[1,2],{"a":[3]}]']],
  ])('separates the elements of %j', (body, elements) => {
    expect(texts(body)).toEqual(elements);
  });

  it('separates an element that is not JSON from the others', () => {
    expect(texts('[{"a":1},nonsense,{"b":}]')).toEqual(['{"a":1}', 'nonsense', '{"b":}']);
    const bytes = Buffer.concat([Buffer.from('[1,'), Buffer.from([0x22, 0xff, 0x22, 0x5d])]);
    expect(elementsOf(bytes)?.[1]).toEqual(Buffer.from([0x22, 0xff, 0x22]));
  });

  it.each(['', ' ', '{"a":[1]}', '"[1]"', '1', '[', '[1', '[1]]', '[1]x', '[1}', '[,]', '[1,]'])(
    'is not %j',
    (body) => {
      expect(elementsOf(Buffer.from(body))).toBeUndefined();
    },
  );

  it.each(['["a]', '["a\\"]', '[[1]', '[{"a":1]', '["\\'])(
    'is not %j, which has no end',
    (body) => {
      expect(elementsOf(Buffer.from(body))).toBeUndefined();
    },
  );

  it('may have any size up to the limit of a body', () => {
    const most = Array.from({ length: ELEMENTS_MAX }, (_, n) => `${n}`);
    expect(texts(`[${most.join()}]`)).toHaveLength(ELEMENTS_MAX);
    expect(texts(`[${most.join()},0]`)).toBeUndefined();
    const large = (bytes: number) => Buffer.from(`["${'x'.repeat(bytes - 4)}"]`);
    expect(elementsOf(large(BODY_BYTES_MAX))).toHaveLength(1);
    expect(elementsOf(large(BODY_BYTES_MAX + 1))).toBeUndefined();
  });

  it('is scanned in one pass for any content', () => {
    for (const piece of ['[', '{', '"', '\\', ',', '[1,', '"\\"']) {
      elementsOf(Buffer.from(`[${piece.repeat(BODY_BYTES_MAX / 4)}`));
    }
  });
});

describe('the members of the next batch', () => {
  const waiting = (sizes: number[]) => sizes.map((length) => ({ body: Buffer.alloc(length, '1') }));

  it('fit up to the limits of count and bytes, and at least one', () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 20_000 }));
    const sizes = fc.array(size, { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const all = waiting(lengths);
        const count = countFitting(all);
        const bytes = (packets: number) =>
          encodeBatch(all.slice(0, packets).map(({ body }) => body)).length;
        expect(count).toBeGreaterThanOrEqual(1);
        expect(count).toBeLessThanOrEqual(BATCH_PACKETS_MAX);
        if (count > 1) expect(bytes(count)).toBeLessThanOrEqual(BATCH_BYTES_MAX);
        const isFull = count === BATCH_PACKETS_MAX || count === all.length;
        if (!isFull) expect(bytes(count + 1)).toBeGreaterThan(BATCH_BYTES_MAX);
      }),
    );
    expect(countFitting(waiting(Array<number>(100).fill(9)))).toBe(BATCH_PACKETS_MAX);
    expect(countFitting(waiting([BATCH_BYTES_MAX * 2, 1]))).toBe(1);
  });
});
