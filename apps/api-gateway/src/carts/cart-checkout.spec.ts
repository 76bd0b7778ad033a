import type { Problem } from '@backstitch/service-kit';
import type { PricedCart } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { cartKey, expectedTotalMinor, linesOrdered, linesToday } from './cart-checkout.js';

const line = (productId: string, isAvailable = true) => ({
  productId,
  quantity: 2,
  name: productId,
  imageUrl: null,
  price: '29.99',
  total: '59.98',
  isAvailable,
  available: 9,
});
const cart = (...items: PricedCart['items']): PricedCart => {
  return { version: 4, items, total: '59.98', currency: 'USD' };
};
const ITEMS = [{ productId: 'mouse', quantity: 2 }];
const ORDERED = [{ productId: 'mouse', quantity: 2, price: '29.99' }];

function problemOf(attempt: () => unknown): Problem {
  try {
    attempt();
  } catch (error) {
    return error as Problem;
  }
  throw new Error('nothing was refused');
}

describe('the key of a checkout of a cart', () => {
  it('names the account and the version', () => {
    expect(cartKey('user-123', 4)).toBe('"cart:user-123:4"');
    expect(cartKey('a:b "é', 4)).toBe('"cart:a%3Ab%20%22%C3%A9:4"');
  });

  it('of a long subject has at most 255 characters, and still differs by subject and version', () => {
    const keys = ['é', 'è'].flatMap((one) => [1, 2].map((n) => cartKey(one.repeat(255), n)));
    expect(new Set(keys).size).toBe(4);
    expect(Math.max(...keys.map((key) => key.length))).toBeLessThanOrEqual(257);
  });
});

describe('a checkout of a version of a cart', () => {
  it('is of the present version, or of the last one that became an order', () => {
    const present = { version: 4, items: ITEMS, ordered: null };
    expect(linesOrdered(present, 4)).toBeUndefined();
    expect(linesOrdered({ version: 5, items: [], ordered: ORDERED }, 4)).toBe(ORDERED);
  });

  it('of another version is refused with the present one', () => {
    const problem = problemOf(() => linesOrdered({ version: 5, items: ITEMS, ordered: null }, 4));
    expect(problem).toMatchObject({ code: 'CART_CHANGED', status: 409 });
    expect(problem.options.extensions).toEqual({ version: 5 });
  });

  it('of an empty cart is refused', () => {
    const empty = { version: 0, items: [], ordered: null };
    expect(problemOf(() => linesOrdered(empty, 0))).toMatchObject({ code: 'CART_EMPTY' });
  });

  it('buys at the prices of today when the shopper saw this total, or named none', () => {
    expect(linesToday(cart(line('mouse')), 5_998, 2)).toEqual(ORDERED);
    expect(linesToday(cart(line('mouse')), undefined, 2)).toEqual(ORDERED);
  });

  it('is refused with the total of today when the shopper saw another one', () => {
    const problem = problemOf(() => linesToday(cart(line('mouse')), 5_997, 2));
    expect(problem).toMatchObject({ code: 'PRICE_CHANGED', status: 409 });
    expect(problem.options.extensions).toEqual({ total: '59.98' });
  });

  it('is refused by the name of each product that is not sold now, whatever its total', () => {
    const unknown = { ...line('gone', false), name: null, price: null, total: null };
    const items = [line('mouse'), line('off', false), unknown];
    const problem = problemOf(() => linesToday(cart(...items), 1, 2));
    expect(problem).toMatchObject({ code: 'PRODUCT_UNAVAILABLE', status: 409 });
    expect(problem.options.errors).toMatchObject([{ productId: 'off' }, { productId: 'gone' }]);
  });

  it('reads the expected total in minor units, and refuses what is none', () => {
    expect(expectedTotalMinor({ version: 4, expectedTotal: '59.98' }, 2)).toBe(5_998);
    expect(expectedTotalMinor({ version: 4, expectedTotal: 60 }, 2)).toBe(6_000);
    expect(expectedTotalMinor({ version: 4 }, 2)).toBeUndefined();
    const problem = problemOf(() => expectedTotalMinor({ version: 4, expectedTotal: '1.001' }, 2));
    expect(problem).toMatchObject({ code: 'VALIDATION_FAILED', status: 400 });
  });
});
