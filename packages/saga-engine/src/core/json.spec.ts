import { describe, expect, it } from '@jest/globals';
import { isSameJson, JSON_DEPTH_MAX, JSON_LENGTH_MAX, storable, storedCopy } from './json.js';

const deep = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
const cycle: { self?: unknown } = {};
cycle.self = cycle;
const throwing = {
  toJSON: () => {
    throw new Error('not today');
  },
};

const UNSTORABLE: readonly [string, unknown][] = [
  ['a BigInt', { a: 1n }],
  ['a cycle', cycle],
  ['a toJSON that throws', { a: throwing }],
  ['too deep a value', { a: deep(JSON_DEPTH_MAX + 1) }],
  ['far too deep a value', { a: deep(5_000) }],
  ['too large a value', 'x'.repeat(JSON_LENGTH_MAX)],
];

describe('a value that is stored', () => {
  it.each([
    ['a Date becomes text', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['NaN and infinities become null', [NaN, Infinity, -Infinity], [null, null, null]],
    ['a negative zero loses its sign', { a: [-0] }, { a: [0] }],
    ['members without a value are left out', { a: undefined, b: () => 1, c: Symbol('s') }, {}],
    ['holes become null', Array(2), [null, null]],
    ['a Map and a Set lose what is in them', [new Map([[1, 2]]), new Set([1])], [{}, {}]],
    ['toJSON is asked', { a: { toJSON: () => 7 } }, { a: 7 }],
    ['a NUL and halves of pairs are replaced', 'a\0b\ud800c\udc00', 'a\ufffdb\ufffdc\ufffd'],
    ['a NUL in a name is replaced', { 'a\0': 1 }, { 'a\ufffd': 1 }],
    ['a special name is one like others', JSON.parse('{"__proto__": {"a": 1}}'), undefined],
    ['whole pairs stay', '\ud83d\ude00', '\ud83d\ude00'],
    ['the largest and smallest numbers stay', [1.7976931348623157e308, 5e-324], undefined],
    ['the most that is allowed stays', [deep(JSON_DEPTH_MAX - 1)], undefined],
  ])('%s', (_name, value, stored = value) => {
    expect(storedCopy(value)).toEqual(stored);
    expect(storable(value)).toEqual(stored);
  });

  it.each(UNSTORABLE)('is refused when it is %s', (_name, value) => {
    expect(() => storedCopy(value)).toThrow('JSON');
    expect(() => storable(value)).toThrow('JSON');
  });

  it('is not copied when it is plain and is not kept', () => {
    const plain = { a: [1, 'x', null, true, { b: 0.5 }] };
    expect(storable(plain)).toBe(plain);
    expect(storedCopy(plain)).not.toBe(plain);
  });

  it('is the same whatever the order of its members, and another with another member', () => {
    expect(isSameJson({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 })).toBe(true);
    expect(isSameJson([1, 2], [2, 1])).toBe(false);
    expect(isSameJson({ a: 1 }, { a: 1, b: null })).toBe(false);
  });
});
