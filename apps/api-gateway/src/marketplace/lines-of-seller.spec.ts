import { expect, it } from '@jest/globals';
import { otherSellers } from './lines-of-seller.js';

it('names each product that another seller sells, or that no seller sells', () => {
  const items = ['a', 'B', 'c', 'd'].map((productId) => ({ productId }));
  const products = [
    { id: 'a', sellerId: 'mine' },
    { id: 'b', sellerId: 'other' },
    { id: 'c', sellerId: null },
  ];
  expect(otherSellers(items, products, 'mine').map(({ field }) => field)).toEqual([
    'items.1.productId',
    'items.2.productId',
  ]);
});
