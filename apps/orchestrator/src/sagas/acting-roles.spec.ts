import { type Caller, guestCaller, openCaller, type Role } from '@backstitch/auth';
import type { OrderLifecycle } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { actingRole, rolesOf } from './acting-roles.js';

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
  // R135
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
    expect(actingRole(['customer', 'admin'], 'cancel', preparing)).toBe('admin');
    expect(actingRole(['customer'], 'cancel', preparing)).toBe('customer');
  });
});
