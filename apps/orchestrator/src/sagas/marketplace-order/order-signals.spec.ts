import { type Caller, openCaller } from '@backstitch/auth';
import { describe, expect, it } from '@jest/globals';
import { isPerson, problemOf, signalIdOf } from './order-signals.js';

const user = (id: string) =>
  ({ kind: 'user', id, subject: id, roles: ['seller'] }) as unknown as Caller;
const placed = { input: { caller: 'u:i:ann', sellerId: 'u:i:sam' } };

describe('a person of an order', () => {
  it('is its customer or its seller, and nobody else', () => {
    expect(isPerson('customer', placed, user('u:i:ann'))).toBe(true);
    expect(isPerson('customer', placed, user('u:i:sam'))).toBe(false);
    expect(isPerson('seller', placed, user('u:i:sam'))).toBe(true);
    expect(isPerson('seller', placed, user('u:i:ann'))).toBe(false);
    expect(isPerson('seller', { input: { userId: 'ann' } }, user('u:i:sam'))).toBe(false);
  });

  it('without a token is the customer of an order without a token', () => {
    const open = { input: { caller: openCaller('ann').id, sellerId: 'u:i:sam' } };
    expect(isPerson('customer', open, openCaller(''))).toBe(true);
    expect(isPerson('customer', placed, openCaller(''))).toBe(false);
    expect(isPerson('seller', open, openCaller(''))).toBe(false);
  });
});

describe('the id of a signal', () => {
  it('is the same for the same key of the same caller', () => {
    expect(signalIdOf('confirm', 'a', 'k')).toBe(signalIdOf('confirm', 'a', 'k'));
    expect(signalIdOf('confirm', 'a', 'k')).not.toBe(signalIdOf('confirm', 'b', 'k'));
    expect(signalIdOf('confirm', 'a', 'k')).not.toBe(signalIdOf('reject', 'a', 'k'));
    expect(signalIdOf('confirm', 'a', undefined)).not.toBe(signalIdOf('confirm', 'a', undefined));
  });
});

describe('a signal that is not applied', () => {
  it('is a conflict that names the stage and what this person may do now', () => {
    const refused = {
      kind: 'refused',
      reason: 'not-awaited',
      message: '',
      status: 'WAITING',
      at: 'SELLER_STARTS',
      awaited: ['customer-cancel', 'fulfil', 'prepare', 'seller-cancel'],
      isRepeated: false,
    } as const;
    expect(problemOf(refused, 'seller')).toMatchObject({
      code: 'ORDER_STATE_CONFLICT',
      options: { extensions: { stage: 'PAID', allowed: ['prepare', 'fulfil', 'cancel'] } },
    });
    expect(problemOf(refused, 'customer')).toMatchObject({
      options: { extensions: { allowed: ['cancel'] } },
    });
  });

  it('of an order that is not there is a 404, and with another body under its key a 422', () => {
    expect(problemOf({ kind: 'absent' }, 'seller')).toMatchObject({ status: 404 });
    expect(problemOf({ kind: 'other-signal' }, 'seller')).toMatchObject({ status: 422 });
    expect(problemOf({ kind: 'moving' }, 'seller')).toMatchObject({ status: 503 });
  });
});
