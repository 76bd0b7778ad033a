import { describe, expect, it } from '@jest/globals';
import { storableJson } from '../json.js';
import { jsonArray, plainArray, textArray } from './arrays.js';

describe('array literals', () => {
  it('writes numbers and names bare, and what is missing as NULL', () => {
    expect(plainArray([1, undefined, 2.5, null, true], (x) => x)).toBe('{1,NULL,2.5,NULL,true}');
    expect(plainArray([], String)).toBe('{}');
  });

  it('quotes what a text may hold', () => {
    expect(textArray(['a', '', 'NULL', 'x,"\\{}', undefined], (x) => x)).toBe(
      '{"a","","NULL","x,\\"\\\\{}",NULL}',
    );
  });

  it('writes JSON null and SQL NULL apart', () => {
    expect(jsonArray([null, undefined, { a: 'b"' }], (x) => x)).toBe(
      '{"null",NULL,"{\\"a\\":\\"b\\\\\\"\\"}"}',
    );
  });

  it('is NULL when nothing is in it but NULLs', () => {
    expect(jsonArray([undefined, undefined], (x) => x)).toBeNull();
    expect(jsonArray([undefined, null], (x) => x)).toBe('{NULL,"null"}');
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
    expect(JSON.parse(storableJson(text))).toBe(stored);
  });
});
