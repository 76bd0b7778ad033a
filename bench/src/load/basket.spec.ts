import { describe, expect, it } from '@jest/globals';
import { benchProductId, checkoutBody, checkouts } from './basket.js';

function sequence(...values: number[]): () => number {
  let next = 0;
  return () => values[next++ % values.length] as number;
}

describe('checkoutBody', () => {
  it('buys one each of different products, even when chance names one twice', () => {
    const body = JSON.parse(
      checkoutBody({ products: 1_000, lines: 2 }, sequence(0.25, 0.5, 0.5, 0.999_99)),
    );
    expect(body).toEqual({
      userId: 'user-250000000',
      items: [
        { productId: benchProductId(501), quantity: 1, price: '29.99' },
        { productId: benchProductId(1_000), quantity: 1, price: '29.99' },
      ],
    });
  });

  it('is that of the user who is named', () => {
    const body = JSON.parse(checkoutBody({ products: 1, lines: 1 }, () => 0.5, 'user-7'));
    expect(body.userId).toBe('user-7');
  });

  it('names one product only when there is but one', () => {
    const body = JSON.parse(checkoutBody({ products: 1, lines: 1 }, () => 0.5));
    expect(body.items).toEqual([{ productId: benchProductId(1), quantity: 1, price: '29.99' }]);
  });
});

describe('checkouts', () => {
  const basket = { products: 1, lines: 1 };

  it('are of random users without a token', () => {
    const { body, token } = checkouts(basket, undefined, sequence(0.25, 0.5))();
    expect(JSON.parse(body).userId).toBe('user-250000000');
    expect(token).toBeUndefined();
  });

  it('carry a token each, and then name no user', () => {
    const tokens = ['one', 'other'];
    const next = checkouts(basket, { next: () => tokens.shift()! });
    const both = [next(), next()];
    expect(both.map(({ token }) => token)).toEqual(['one', 'other']);
    for (const { body } of both) expect(Object.keys(JSON.parse(body) as object)).toEqual(['items']);
  });
});
