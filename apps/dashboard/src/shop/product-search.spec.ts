import { describe, expect, it } from '@jest/globals';
import { nextCursor, productSearch } from './product-search.js';

describe('the filters of the shop', () => {
  it('are the texts of the address, and nothing else of it', () => {
    expect(productSearch({ text: '007', category: 'Audio', page: '2' })).toEqual({
      text: '007',
      category: 'Audio',
    });
    expect(productSearch({ text: '', category: 7 })).toEqual({});
  });
});

describe('the next page', () => {
  it('is read from the Link header', () => {
    expect(nextCursor('</api/products?limit=2&after=a%2Bb>; rel="next"')).toBe('a+b');
  });

  it.each([null, '', '</api/products>; rel="prev"'])('is none for %s', (link) => {
    expect(nextCursor(link)).toBeUndefined();
  });
});
