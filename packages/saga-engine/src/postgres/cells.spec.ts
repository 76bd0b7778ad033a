import { describe, expect, it } from '@jest/globals';
import { arraysOf, cellsOf, listOf, type ColumnType } from './cells.js';

const arrayOf = (type: ColumnType, values: readonly unknown[]) =>
  arraysOf(
    values.map((value) => cellsOf(listOf({ x: { type, of: (x: unknown) => x } }), value)),
  )[0];

describe('array literals', () => {
  it('write numbers and booleans bare, and what is missing as NULL', () => {
    expect(arrayOf('float8', [1, undefined, 2.5, null])).toBe('{1,NULL,2.5,NULL}');
    expect(arrayOf('bool', [true, false])).toBe('{true,false}');
  });

  it('quote what a text may hold', () => {
    expect(arrayOf('text', ['a', '', 'NULL', 'x,"\\{}', undefined])).toBe(
      '{"a","","NULL","x,\\"\\\\{}",NULL}',
    );
  });

  it('write JSON null and SQL NULL apart', () => {
    expect(arrayOf('jsonb', [null, undefined, { a: 'b"' }])).toBe(
      '{"null",NULL,"{\\"a\\":\\"b\\\\\\"\\"}"}',
    );
  });

  it('are NULL when nothing is in them but NULLs', () => {
    expect(arrayOf('jsonb', [undefined, undefined])).toBeNull();
    expect(arrayOf('jsonb', [undefined, null])).toBe('{NULL,"null"}');
  });

  it.each<[ColumnType, unknown, string]>([
    ['uuid', 'no-uuid', '22P02'],
    ['uuid', 'AAAAAAAA-0000-4000-8000-000000000000', '22P02'],
    ['uuid', '{},{}', '22P02'],
    ['text', 'a\0b', '22021'],
    ['text', 7, '22021'],
    ['float8', NaN, '22003'],
    ['jsonb', { a: 1n }, '22P02'],
  ])('are refused for a %s that is no such thing, before any neighbour is met', (...given) => {
    const [type, value, code] = given;
    const refusal = expect.objectContaining({ name: 'WriteRefused', code });
    expect(() => arrayOf(type, [value])).toThrow(refusal);
  });
});

describe('JSON that jsonb takes', () => {
  it.each([
    ['a NUL', 'a\u0000b', 'a\ufffdb'],
    ['several', '\u0000\u0000\ud800\udfff\ud800', '\ufffd\ufffd\ud800\udfff\ufffd'],
    ['half a pair', '\udc00x', '\ufffdx'],
    ['the text of an escape', '\\u0000 \\\\ud800', '\\u0000 \\\\ud800'],
    ['an escape behind a backslash', '\\\u0000', '\\\ufffd'],
  ])('replaces %s and nothing else', (_name, text, stored) => {
    const array = arrayOf('jsonb', [text])!;
    expect(JSON.parse(JSON.parse(array.slice(1, -1)) as string)).toBe(stored);
  });
});
