import { describe, expect, it } from '@jest/globals';
import { productFilter } from './product-query.js';

describe('the filter of a product list', () => {
  it('is empty when the query names none', () => {
    expect(productFilter({})).toEqual({});
  });

  it('has the category, and the words of the text without what separates them', () => {
    const filter = productFilter({ category: 'Café & bar', text: ` USB-C  'hub':* & !x` });
    expect(filter).toEqual({ category: 'Café & bar', words: ['USB', 'C', 'hub', 'x'] });
  });

  it('has the ids of a list in lower case', () => {
    const id = '660FACF7-b9cf-417a-8ee1-27afe2fb2c72';
    const ids = [id.toLowerCase(), id.toLowerCase()];
    expect(productFilter({ ids: `${id},${id}` })).toEqual({ ids });
    expect(productFilter({ ids: Array(100).fill(id).join(',') })).toHaveProperty('ids.99');
  });

  it.each([
    [{ ids: '' }, 'ids'],
    [{ ids: 'mouse' }, 'ids'],
    [{ ids: ['a', 'b'] }, 'ids'],
    [{ ids: Array(101).fill('660facf7-b9cf-417a-8ee1-27afe2fb2c72').join(',') }, 'ids'],
    [{ category: '' }, 'category'],
    [{ category: ['a', 'b'] }, 'category'],
    [{ category: 'a\0' }, 'category'],
    [{ category: 'x'.repeat(51) }, 'category'],
    [{ text: '' }, 'text'],
    [{ text: '-- & !' }, 'text'],
    [{ text: ['a', 'b'] }, 'text'],
    [{ text: 'x'.repeat(101) }, 'text'],
    [{ text: 'a b c d e f g h i j k' }, 'text'],
  ])('is refused when it is %j', (query, field) => {
    expect(productFilter(query)).toEqual({ problems: [expect.objectContaining({ field })] });
  });
});
