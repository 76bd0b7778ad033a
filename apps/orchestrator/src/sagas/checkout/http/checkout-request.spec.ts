import { type Caller, openCaller } from '@backstitch/auth';
import type { ForwardedCheckoutDto } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { checkoutRequestOf, withUserId } from './checkout-request.js';

const ANA: Caller = {
  id: 'u:https://id:ana',
  kind: 'user',
  subject: 'ana',
  roles: ['customer'],
  scopes: [],
};
const items = [{ productId: '660facf7-b9cf-417a-8ee1-27afe2fb2c72', quantity: 1, price: '1.00' }];

describe('the userId of a checkout', () => {
  const buyerOf = (caller: Caller | undefined, userId: string) => {
    const body: ForwardedCheckoutDto = { userId, items };
    const asked = { sagaId: 's', requestId: 'r', headers: {}, caller, body, digits: 2 };
    return checkoutRequestOf(asked).buyer;
  };

  it('says who buys when nothing else does', () => {
    expect(buyerOf(undefined, 'bob')).toEqual({ caller: 'o:bob', userId: 'bob' });
    expect(buyerOf(openCaller('bob'), 'bob')).toEqual({ caller: 'o:bob', userId: 'bob' });
  });

  it('may be the subject of the token', () => {
    expect(buyerOf(ANA, 'ana')).toEqual({ caller: 'u:https://id:ana', userId: 'ana' });
  });

  // R58
  it.each([ANA, openCaller('ana'), { ...ANA, id: 'g:ana', kind: 'guest' as const }])(
    'that is not the subject of the caller is refused: %j',
    (caller) => {
      const refusal = expect.objectContaining({ code: 'SUBJECT_MISMATCH' }) as unknown;
      expect(() => buyerOf(caller, 'bob')).toThrow(refusal);
    },
  );

  it('may be left out by a caller with a token, and by no other', () => {
    expect(withUserId({ items }, ANA)).toEqual({ items, userId: 'ana' });
    expect(withUserId({ items }, openCaller('bob'))).toEqual({ items });
    expect(withUserId({ items }, undefined)).toEqual({ items });
  });

  it.each([[{ userId: null }], [{ userId: 7 }], [[]], ['text'], [null]])(
    'that is there is never replaced: %j',
    (body) => {
      expect(withUserId(body, ANA)).toBe(body);
    },
  );
});

describe('what a checkout has besides its lines', () => {
  const additionsOf = (more: Partial<ForwardedCheckoutDto>) => {
    const body: ForwardedCheckoutDto = { userId: 'ana', items, ...more };
    const asked = { sagaId: 's', requestId: 'r', headers: {}, caller: ANA, body, digits: 2 };
    return checkoutRequestOf(asked).additions;
  };

  it('is the version of a cart, the id of the order and the hash of its delivery', () => {
    const orderId = '660FACF7-b9cf-417a-8ee1-27afe2fb2c72';
    const asked = { cartVersion: 7, orderId, deliveryHash: 'hash' };
    expect(additionsOf(asked)).toEqual({ ...asked, orderId: orderId.toLowerCase() });
  });

  it('is nothing in a plain checkout', () => {
    expect(additionsOf({})).toEqual({ cartVersion: undefined });
  });
});
