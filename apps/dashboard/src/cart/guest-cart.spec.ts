import { describe, expect, it } from '@jest/globals';
import {
  afterOrder,
  checkoutKey,
  type GuestCart,
  readGuestCart,
  withQuantity,
} from './guest-cart.js';

const EMPTY: GuestCart = { id: 'a', version: 1, items: [] };
const TWO = withQuantity(EMPTY, 'mouse', 2);

describe('the cart of a guest', () => {
  it('has a new version, and so a new key, after each change', () => {
    expect(TWO).toMatchObject({ version: 2, items: [{ productId: 'mouse', quantity: 2 }] });
    const three = withQuantity(TWO, 'mouse', 3);
    expect([checkoutKey(TWO), checkoutKey(three)]).toEqual(['cart-a-2', 'cart-a-3']);
    expect(withQuantity(three, 'mouse', 0).items).toEqual([]);
  });

  const ordered = { ...TWO, ordered: { orderId: 'o', sagaId: 's' } };

  it('is empty after its order is confirmed, and keeps its lines after it is undone', () => {
    expect(afterOrder(ordered, 's', true)).toEqual({ id: 'a', version: 3, items: [] });
    expect(afterOrder(ordered, 's', false)).toEqual({ id: 'a', version: 3, items: TWO.items });
  });

  it('is not changed by the end of another order', () => {
    expect(afterOrder(ordered, 'other', true)).toBe(ordered);
    expect(afterOrder(TWO, 's', true)).toBe(TWO);
  });

  it.each([null, '', 'null', '[]', '{"id":1}', '{"id":"a","version":1,"items":[{"quantity":-1}]}'])(
    'that was stored as %s is none',
    (text) => {
      expect(readGuestCart(text)).toBeUndefined();
    },
  );

  it('is read as it was stored', () => {
    expect(readGuestCart(JSON.stringify(ordered))).toEqual(ordered);
  });
});
