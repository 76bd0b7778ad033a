import { cursorOf } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { afterOf, limitOf, nextLink } from './page-query.js';

describe('the limit of a page', () => {
  it('is 100 unless the query says less', () => {
    expect([limitOf(undefined), limitOf('1'), limitOf('100')]).toEqual([100, 1, 100]);
  });

  it.each(['0', '101', '-1', '1.5', '1e2', '', ' 7', 'many', ['1', '2'], { a: '1' }])(
    'is refused by its field when it is %j',
    (limit) => {
      expect(() => limitOf(limit)).toThrow('limit must be a whole number from 1 to 100');
    },
  );
});

describe('the cursor of a page', () => {
  it('is none for the first page', () => {
    expect(afterOf('sagas', 1, undefined)).toBeUndefined();
    expect(afterOf('sagas', 1, cursorOf('sagas', ['a']))).toEqual(['a']);
  });

  it.each([cursorOf('products', ['a']), 'x', '', ['a', 'b']])(
    'is refused by its field when it is %j',
    (after) => {
      expect(() => afterOf('sagas', 1, after)).toThrow('after must be the cursor');
    },
  );

  it('is linked, with what the page was asked for', () => {
    const link = nextLink('/products', { limit: '2', after: 'a+b' });
    expect(link).toBe('</products?limit=2&after=a%2Bb>; rel="next"');
  });
});
