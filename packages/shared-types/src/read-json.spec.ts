import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readJson } from './read-json.js';

const read = (text: string) => readJson(Buffer.from(text));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

const own = fc.string().filter((name) => !(name in Object.prototype) && name !== 'prototype');
const { tree: withOwnNamesOnly } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 8 },
    fc.constantFrom(null, true, 1, -0.5, 1e300),
    fc.string({ unit: 'binary' }),
    fc.array(tie('tree')),
    fc.dictionary(own, tie('tree')),
  ),
}));

describe('readJson', () => {
  it('reads everything that JSON.stringify writes, with any member names', () => {
    fc.assert(
      fc.property(withOwnNamesOnly, (value) => {
        const text = JSON.stringify(value);
        expect(read(text)).toEqual({ value: JSON.parse(text) });
      }),
    );
  });

  it('accepts only what JSON.parse accepts, and never throws', () => {
    const almost = fc.stringMatching(/^[[\]{}",:\\a1 ]{0,12}$/);
    fc.assert(
      fc.property(almost, (text) => {
        const answer = read(text);
        if ('value' in answer) expect(JSON.parse(text)).toEqual(answer.value);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'UTF-8'],
    ['half a surrogate pair in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'UTF-8'],
    ['nothing', Buffer.alloc(0), 'not valid JSON'],
    ['33 levels', Buffer.from(nested(33)), 'nested deeper'],
    ['a megabyte of levels', Buffer.from('['.repeat(1_000_000)), 'nested deeper'],
    ['a member twice', Buffer.from('{"a":1,"b":{},"a":1}'), 'named twice'],
    ['a member twice, spelled otherwise', Buffer.from('{"a":1,"\\u0061":2}'), 'named twice'],
    ['a member twice deep down', Buffer.from('[{"x":{"a":[],"a":[]}}]'), 'named twice'],
    ['__proto__', Buffer.from('{"a":[{"__proto__":{}}]}'), '__proto__'],
    ['__proto__, spelled otherwise', Buffer.from('{"\\u005f_proto__":1}'), '__proto__'],
  ])('refuses %s', (_what, bytes, problem) => {
    expect(readJson(bytes)).toEqual({ problem: expect.stringContaining(problem) });
  });

  const members = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, n]));

  it('refuses an object of more than 256 members at any depth, and reads long arrays', () => {
    for (const value of [members(257), { a: [members(12_800)] }]) {
      const problem = 'an object has more than 256 members';
      expect(read(JSON.stringify(value))).toEqual({ problem });
    }
    for (const value of [members(256), Array.from({ length: 1_000 }, () => members(2))]) {
      expect(read(JSON.stringify(value))).toEqual({ value });
    }
  });

  it('refuses more arrays and objects than the limit, and counts none in strings', () => {
    const lines = (count: number) =>
      Buffer.from(JSON.stringify(Array.from({ length: count }, () => ({ a: '{[' }))));
    expect(readJson(lines(9), 10)).toEqual({
      value: Array.from({ length: 9 }, () => ({ a: '{[' })),
    });
    const problem = 'it contains more than 10 lists and objects';
    expect(readJson(lines(10), 10)).toEqual({ problem });
    expect(readJson(lines(40_000), 10)).toEqual({ problem });
  });

  it('refuses the names of members that every object has', () => {
    for (const name of ['prototype', ...Object.getOwnPropertyNames(Object.prototype)]) {
      expect(read(`{"a":{"${name}":1}}`)).toEqual({ problem: expect.stringContaining(name) });
    }
  });

  it.each([
    [nested(32)],
    ['{"a":{"a":1},"b":[{"a":1},{"a":2}]}'],
    ['["a","a"]'],
    ['{"a":"a","b":"a"}'],
    ['{"a":"\\"a\\":1,\\\\"}'],
    ['"__proto__"'],
    [`"${'['.repeat(40)}"`],
  ])('reads %s', (text) => {
    expect(read(text)).toEqual({ value: JSON.parse(text) });
  });

  it('skips a byte order mark', () => {
    expect(read('\uFEFF{"a":1}')).toEqual({ value: { a: 1 } });
  });
});
