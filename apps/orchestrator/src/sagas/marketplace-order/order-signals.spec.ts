import { type Caller, openCaller } from '@backstitch/auth';
import { describe, expect, it } from '@jest/globals';
import type { ActorRole } from '@backstitch/shared-types';
import { personIn, problemOf, signalIdOf } from './order-signals.js';

const MADE_MS = 1_796_000_000_000;
const HOUR_MS = 3_600_000;
const user = (id: string, roles = ['seller']) =>
  ({ kind: 'user', id, subject: id, roles }) as unknown as Caller;
const saga = (input: object) => ({ input, createdAtMs: MADE_MS });
const placed = saga({ caller: 'u:i:ann', sellerId: 'u:i:sam' });
const as = (roles: ActorRole[], of: typeof placed, caller: Caller | undefined, atMs = MADE_MS) =>
  personIn(roles, of, caller, atMs);

describe('a person of an order', () => {
  it('is its customer or its seller', () => {
    expect(as(['customer'], placed, user('u:i:ann'))).toBe('customer');
    expect(as(['customer'], placed, user('u:i:sam'))).toBeUndefined();
    expect(as(['seller'], placed, user('u:i:sam'))).toBe('seller');
    expect(as(['seller'], placed, user('u:i:ann'))).toBeUndefined();
    expect(as(['seller'], saga({ userId: 'ann' }), user('u:i:sam'))).toBeUndefined();
  });

  it('is an admin only where an admin is asked for', () => {
    const admin = user('u:i:eve', ['admin']);
    expect(as(['seller', 'admin'], placed, admin)).toBe('admin');
    expect(as(['seller'], placed, admin)).toBeUndefined();
  });

  it('without a token is the customer of an order without a token, for two hours', () => {
    const open = saga({ caller: openCaller('ann').id, sellerId: 'u:i:sam' });
    expect(as(['customer'], open, openCaller(''))).toBe('customer');
    expect(as(['customer'], open, openCaller(''), MADE_MS + 2 * HOUR_MS)).toBeUndefined();
    expect(as(['customer'], placed, openCaller(''))).toBeUndefined();
    expect(as(['seller'], open, openCaller(''))).toBeUndefined();
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

  it('names the stage that the order has, although steps were skipped on the way', () => {
    const refused = {
      kind: 'refused',
      reason: 'too-late',
      message: '',
      status: 'RUNNING',
    } as const;
    const signalled = { ...refused, at: 'INVENTORY_COMMITTED', awaited: [], isRepeated: false };
    const skipped = ['ORDER_PREPARING', 'ORDER_READY'];
    expect(problemOf(signalled, 'seller', skipped)).toMatchObject({
      options: { extensions: { stage: 'PAID', allowed: [] } },
    });
  });

  it('of an order that is not there is a 404, and with another body under its key a 422', () => {
    expect(problemOf({ kind: 'absent' }, 'seller')).toMatchObject({ status: 404 });
    expect(problemOf({ kind: 'other-signal' }, 'seller')).toMatchObject({ status: 422 });
    expect(problemOf({ kind: 'moving' }, 'seller')).toMatchObject({ status: 503 });
  });
});
