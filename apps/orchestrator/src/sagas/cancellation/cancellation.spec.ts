import { type Caller, guestCaller, openCaller, type Role } from '@backstitch/auth';
import type { OrderLifecycle } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { actingRole, cancellationIdOf, rolesOf, routeOf } from './cancellation.js';

const user = (subject: string, roles: Role[] = ['customer']): Caller => ({
  id: `u:https://id:${subject}`,
  kind: 'user',
  subject,
  roles,
  scopes: [],
});
const ANA = user('ana');
const MADE_MS = 1_796_000_000_000;
const HOUR_MS = 3_600_000;
const ofAna = { owner: ANA.id, sellerId: user('sam').id, createdAtMs: MADE_MS };

const lifecycle = (more: Partial<OrderLifecycle>): OrderLifecycle => ({
  stage: 'CONFIRMED',
  kind: 'CHECKOUT',
  sellerId: null,
  version: 2,
  cancellationId: null,
  allowed: { customer: ['cancel'], seller: ['cancel'], admin: ['cancel'] },
  ...more,
});

describe('an order', () => {
  it.each<[string, Caller, string[]]>([
    ['its owner', ANA, ['customer']],
    ['its seller', user('sam', ['seller']), ['seller']],
    ['an admin', user('eve', ['admin']), ['admin']],
    ['its owner, who is an admin', user('ana', ['admin']), ['customer', 'admin']],
    ['another customer', user('eve'), []],
    ['another seller', user('eve', ['seller']), []],
    ['an operator', user('eve', ['operator']), []],
    ['a guest of the same name', guestCaller('ana'), []],
    ['an open caller of the same name', openCaller('ana'), []],
  ])('is cancelled by %s as %j', (_who, caller, roles) => {
    expect(rolesOf(caller, ofAna, MADE_MS)).toEqual(roles);
  });

  it('of an open caller is cancelled by its id for two hours, without a token', () => {
    const owned = { owner: 'o:bob', sellerId: null, createdAtMs: MADE_MS };
    expect(rolesOf(openCaller(''), owned, MADE_MS + 2 * HOUR_MS - 1)).toEqual(['customer']);
    expect(rolesOf(openCaller(''), owned, MADE_MS + 2 * HOUR_MS)).toEqual([]);
    expect(rolesOf(ANA, owned, MADE_MS)).toEqual([]);
  });

  it('is cancelled in the role in which it may be', () => {
    const preparing = lifecycle({
      stage: 'PREPARING',
      allowed: { customer: [], seller: ['cancel'], admin: ['cancel'] },
    });
    expect(actingRole(['customer', 'admin'], preparing)).toBe('admin');
    expect(actingRole(['customer'], preparing)).toBe('customer');
  });
});

describe('a cancellation', () => {
  it.each<[string, Partial<OrderLifecycle>, string]>([
    ['PLACED', { stage: 'PLACED' }, 'ask-its-saga'],
    ['PAID on the marketplace', { stage: 'PAID', kind: 'MARKETPLACE' }, 'ask-its-saga'],
    ['CONFIRMED', {}, 'begin'],
    ['CANCELLING', { stage: 'CANCELLING' }, 'cancelled'],
    ['CANCELLED', { stage: 'CANCELLED' }, 'cancelled'],
    [
      'FULFILLED',
      { stage: 'FULFILLED', allowed: { customer: [], seller: [], admin: [] } },
      'refused',
    ],
  ])('of an order that is %s: %j goes to %s', (_stage, found, route) => {
    expect(routeOf(lifecycle(found), 'customer')).toBe(route);
  });

  it('has one id for all who ask at once in one role, and another one after each change', () => {
    const id = cancellationIdOf('order-1', 2, 'customer');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(cancellationIdOf('order-1', 2, 'customer')).toBe(id);
    const others = [
      cancellationIdOf('order-1', 3, 'customer'),
      cancellationIdOf('order-1', 2, 'seller'),
      cancellationIdOf('order-2', 2, 'customer'),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
  });
});
