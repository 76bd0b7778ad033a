import { describe, expect, it } from '@jest/globals';
import { pageAsked } from './catalogue-page.js';

const ID = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';

describe('the data of inventory.list', () => {
  it.each([undefined, null, {}, [], ['limit'], 'all', 7, { orderId: ID }])(
    'asks for the first hundred when it is %j',
    (data) => expect(pageAsked(data)).toEqual({ limit: 100, after: undefined }),
  );

  it('asks for a page by its length and the product before it', () => {
    const data = { limit: 101, afterName: 'Mouse', afterId: ID, later: 'field' };
    expect(pageAsked(data)).toEqual({ limit: 101, after: { name: 'Mouse', id: ID } });
  });

  it.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: 102 }, 'limit'],
    [{ limit: '7' }, 'limit'],
    [{ afterName: 'Mouse' }, 'afterId'],
    [{ afterId: ID }, 'afterName'],
    [{ afterName: 7, afterId: ID }, 'afterName'],
    [{ afterName: 'Mouse', afterId: 'x' }, 'afterId'],
    [{ afterName: 'Mou\0se', afterId: ID }, 'afterName'],
  ])('is malformed when it is %j', (data, field) => {
    const problems = expect.arrayContaining([expect.objectContaining({ field })]);
    expect(pageAsked(data)).toEqual({ problems });
  });
});
