import type { ProductView } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { pricedCart } from './priced-cart.js';

const USD = { name: 'USD', digits: 2 };
const product = (id: string, more: Partial<ProductView>): ProductView => ({
  id,
  name: `Product ${id}`,
  description: '',
  price: '0.10',
  currency: 'USD',
  available: 5,
  sellerId: null,
  category: null,
  imageUrl: null,
  isAvailable: true,
  version: 1,
  ...more,
});

describe('a cart with the prices of today', () => {
  it('has an exact total, where binary fractions would be wrong', () => {
    const items = [
      { productId: 'a', quantity: 3 },
      { productId: 'b', quantity: 1000 },
    ];
    const cart = pricedCart(
      { version: 4, items },
      [product('b', { price: '2.01' }), product('a', {})],
      USD,
    );
    expect(cart.items.map(({ productId, price, total }) => [productId, price, total])).toEqual([
      ['a', '0.10', '0.30'],
      ['b', '2.01', '2010.00'],
    ]);
    expect(cart).toMatchObject({ version: 4, total: '2010.30', currency: 'USD' });
  });

  it('shows the line of a product that is gone or not offered as unavailable, and does not add it', () => {
    const items = ['gone', 'off', 'on'].map((productId) => ({ productId, quantity: 2 }));
    const products = [product('off', { isAvailable: false }), product('on', {})];
    const cart = pricedCart({ version: 1, items }, products, USD);
    expect(cart.items).toMatchObject([
      { productId: 'gone', quantity: 2, name: null, price: null, total: null, isAvailable: false },
      { productId: 'off', name: 'Product off', price: '0.10', isAvailable: false },
      { productId: 'on', available: 5, isAvailable: true },
    ]);
    expect(cart.total).toBe('0.20');
  });

  it('is spelled in the digits of the currency', () => {
    const items = [{ productId: 'a', quantity: 3 }];
    const cart = pricedCart({ version: 1, items }, [product('a', { price: '30' })], {
      name: 'JPY',
      digits: 0,
    });
    expect([cart.items[0]?.price, cart.total]).toEqual(['30', '90']);
    expect(pricedCart({ version: 0, items: [] }, [], USD).total).toBe('0.00');
  });
});
