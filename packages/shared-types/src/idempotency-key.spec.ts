import { describe, expect, it } from '@jest/globals';
import { assert, property, string } from 'fast-check';
import { formatIdempotencyKey, parseIdempotencyKey } from './idempotency-key.js';

describe('the parser of idempotency keys', () => {
  it.each([
    ['bare', 'order-1', 'order-1'],
    ['quoted', '"order-1"', 'order-1'],
    ['quoted with parameters', '"order-1";v=1', 'order-1'],
    ['quoted with escapes', '"a\\"b\\\\c"', 'a"b\\c'],
    ['bare with inner blanks', 'my order', 'my order'],
    ['surrounded by blanks', '  order-1 ', 'order-1'],
    ['as long as allowed', 'k'.repeat(255), 'k'.repeat(255)],
    ['as long as allowed, quoted', `"${'k'.repeat(255)}"`, 'k'.repeat(255)],
  ])('reads a key that is %s', (_name, header, key) => {
    expect(parseIdempotencyKey(header)).toBe(key);
  });

  it.each([
    ['empty', ''],
    ['blank', '   '],
    ['quoted and empty', '""'],
    ['quoted blanks', '"   "'],
    ['quoted blanks with parameters', '" ";v=1'],
    ['too long', 'k'.repeat(256)],
    ['too long, quoted', `"${'k'.repeat(256)}"`],
    ['never closed', '"order-1'],
    ['followed by more', '"order-1" "order-2"'],
    ['not ASCII', 'bestellung-ü'],
    ['a control character', 'a\tb'],
  ])('refuses a key that is %s', (_name, header) => {
    expect(parseIdempotencyKey(header)).toBeUndefined();
  });

  it('reads every key that our formatter writes', () => {
    const ascii = string({ minLength: 1, maxLength: 255, unit: 'grapheme-ascii' }).filter(
      (key) => key.trim() !== '',
    );
    assert(
      property(ascii, (key) => {
        expect(parseIdempotencyKey(formatIdempotencyKey(key))).toBe(key);
      }),
    );
  });
});
