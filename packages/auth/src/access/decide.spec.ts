import { describe, expect, it } from '@jest/globals';
import { type Caller, guestCaller, machineId, OPEN_CALLER, type Role, userId } from '../caller.js';
import {
  ACT_ON_OPERATIONS,
  ADMINISTER,
  ANYONE,
  APPS_ONLY,
  LIST_ORDERS,
  OWN_ACCOUNT,
  OWN_CART,
  PLACE_ORDER,
  READ_OPERATIONS,
  READ_ORDER,
  READ_SAGA,
  WRITE_CATALOGUE,
} from './access.js';
import type { Access } from './access-row.js';
import { decide } from './decide.js';

const NOW_S = 1_790_000_000;
const ISSUER = 'https://shop.example';

function user(...roles: Role[]): Caller {
  const id = userId(ISSUER, 'ann');
  return { id, kind: 'user', issuer: ISSUER, subject: 'ann', roles, scopes: [] };
}

function machine(...scopes: string[]): Caller {
  const id = machineId(ISSUER, 'till');
  return { id, kind: 'machine', issuer: ISSUER, subject: 'till', roles: [], scopes };
}

const steppedUp = (caller: Caller): Caller => ({
  ...caller,
  authTimeS: NOW_S,
  amr: ['pwd', 'otp'],
});

function answer(access: Access, caller: Caller | undefined): string {
  const decision = decide(access, caller, NOW_S);
  return decision.allowed ? decision.reach : decision.code;
}

const CALLERS: readonly (Caller | undefined)[] = [
  undefined,
  OPEN_CALLER,
  guestCaller('g1'),
  ...(['customer', 'seller', 'operator', 'admin', 'viewer'] as const).map((role) => user(role)),
];

const [all, own, token, no] = ['all', 'own', 'TOKEN_REQUIRED', 'ACCESS_DENIED'];
const step = 'STEP_UP_REQUIRED';

describe('the access of each kind of caller', () => {
  it.each<[string, Access, ...string[]]>([
    //                                 none   open   guest cust. seller oper. admin viewer
    ['public data', ANYONE, all, all, all, all, all, all, all, all],
    ['placing an order', PLACE_ORDER, token, own, own, own, own, no, no, no],
    ['an order', READ_ORDER, token, own, own, own, own, all, own, all],
    ['a list of orders', LIST_ORDERS, token, token, no, own, own, all, own, all],
    ['a saga', READ_SAGA, token, own, own, own, own, all, own, all],
    ['an account', OWN_ACCOUNT, token, token, no, own, own, own, own, own],
    ['a cart', OWN_CART, token, token, no, own, own, no, no, no],
    ['writing products', WRITE_CATALOGUE, token, token, no, no, own, no, no, no],
    ['reading operations', READ_OPERATIONS, token, token, no, no, no, all, no, all],
    ['acting on operations', ACT_ON_OPERATIONS, token, token, no, no, no, step, no, no],
    ['administering', ADMINISTER, token, token, no, no, no, no, step, no],
    ['what only apps use', APPS_ONLY, token, token, no, no, no, no, no, no],
  ])('for %s is as designed', (_name, access, ...expected) => {
    expect(CALLERS.map((caller) => answer(access, caller))).toEqual(expected);
  });

  it.each<[string, Access, string]>([
    ['checkout:write', PLACE_ORDER, own],
    ['checkout:write', READ_ORDER, own],
    ['orders:read', READ_ORDER, all],
    ['operations:read', READ_SAGA, all],
    ['operations:read', READ_OPERATIONS, all],
    ['operations:read', ACT_ON_OPERATIONS, no],
    ['operations:act', ACT_ON_OPERATIONS, all],
    ['catalogue:write', WRITE_CATALOGUE, all],
    ['orders:read', PLACE_ORDER, no],
    ['constructor', PLACE_ORDER, no],
    ['orders:read', OWN_ACCOUNT, no],
    ['operations:act', ADMINISTER, no],
  ])('for a machine with the scope %s is its own', (scope, access, expected) => {
    expect(answer(access, machine(scope))).toBe(expected);
  });

  it('of a user is not widened by scopes, nor that of a machine by roles', () => {
    const scopes = ['operations:act', 'operations:read'];
    expect(answer(READ_OPERATIONS, { ...user('customer'), scopes })).toBe(no);
    expect(answer(READ_OPERATIONS, { ...machine(), roles: ['operator'] })).toBe(no);
  });

  it('is the widest of several roles and scopes', () => {
    expect(answer(READ_ORDER, user('customer', 'operator'))).toBe(all);
    expect(answer(READ_ORDER, machine('checkout:write', 'orders:read'))).toBe(all);
  });

  it('of a user without roles is that of a customer', () => {
    expect(answer(PLACE_ORDER, user())).toBe(own);
    expect(answer(READ_OPERATIONS, user())).toBe(no);
  });
});

describe('an action that needs a step-up', () => {
  it('is allowed with a one-time password of the last 15 minutes', () => {
    expect(answer(ACT_ON_OPERATIONS, steppedUp(user('operator')))).toBe(all);
    const before = { ...steppedUp(user('operator')), authTimeS: NOW_S - 900 };
    expect(answer(ACT_ON_OPERATIONS, before)).toBe(all);
  });

  it.each<[string, Partial<Caller>]>([
    ['an older one', { authTimeS: NOW_S - 901 }],
    ['a password only', { amr: ['pwd'] }],
    ['no time', { authTimeS: undefined }],
    ['a time in milliseconds', { authTimeS: NOW_S * 1000 }],
    ['a time ahead', { authTimeS: NOW_S + 31 }],
  ])('is refused with %s', (_name, change) => {
    expect(answer(ACT_ON_OPERATIONS, { ...steppedUp(user('operator')), ...change })).toBe(step);
  });

  it('is denied to a role that may not act at all, with or without a step-up', () => {
    expect(answer(ACT_ON_OPERATIONS, steppedUp(user('customer')))).toBe(no);
  });
});
