import { describe, expect, it } from '@jest/globals';
import { lifecycleOf } from './order-lifecycle.js';

describe('how far an order is', () => {
  it.each([
    ['CONFIRMED', ['cancel'], ['prepare', 'fulfil', 'cancel']],
    ['PREPARING', [], ['ready', 'fulfil', 'cancel']],
    ['FULFILLED', [], []],
    ['CANCELLING', [], []],
  ] as const)('as %s says what the customer and the shop may do', (stage, customer, shop) => {
    const row = { stage, kind: 'CHECKOUT', seller_id: null, version: 3, cancellation_id: null };
    expect(lifecycleOf({ ...row, kind: 'CHECKOUT' })).toEqual({
      stage,
      kind: 'CHECKOUT',
      sellerId: null,
      version: 3,
      cancellationId: null,
      allowed: { customer, seller: shop, admin: shop },
    });
  });
});
