import { type Caller, guestCaller, openCaller, type Role } from '@backstitch/auth';
import { describe, expect, it } from '@jest/globals';
import { mayReadOrder, mayReadSaga, ownerOfInput, ownerOfOrder, seesAll } from './ownership.js';

const user = (subject: string, roles: Role[] = ['customer']): Caller => ({
  id: `u:https://id:${subject}`,
  kind: 'user',
  subject,
  roles,
  scopes: [],
});
const machine = (scopes: string[]): Caller => ({
  id: 'm:https://id:m',
  kind: 'machine',
  subject: 'm',
  roles: [],
  scopes,
});
const ANA = user('ana');
const MADE_MS = 1_796_000_000_000;
const HOUR_MS = 3_600_000;
const ofAna = { owner: ANA.id, createdAtMs: MADE_MS };

describe('an order or a saga of a caller with a token', () => {
  it('is read by this caller at any time', () => {
    expect(mayReadOrder(ANA, ofAna, MADE_MS + 1_000 * HOUR_MS)).toBe(true);
  });

  // R56
  it.each<[string, Caller]>([
    ['another user', user('eve')],
    ['a seller', user('eve', ['seller'])],
    ['an admin', user('eve', ['admin'])],
    ['a guest', guestCaller('ana')],
    ['a machine that may only place orders', machine(['checkout:write'])],
    ['a user of another issuer', { ...ANA, id: 'u:https://evil:ana' }],
    ['an open caller with the same userId', openCaller('ana')],
    ['an open caller with the id as userId', openCaller(ANA.id)],
    ['a caller without a name', openCaller('')],
  ])('is not read by %s', (_who, asking) => {
    expect(mayReadOrder(asking, ofAna, MADE_MS)).toBe(false);
    expect(mayReadSaga(asking, ofAna, MADE_MS)).toBe(false);
  });

  it.each<[string, Caller, boolean]>([
    ['an operator', user('op', ['operator']), true],
    ['a viewer', user('op', ['viewer']), true],
    ['a machine with orders:read', machine(['orders:read']), false],
  ])('is read by %s', (_who, asking, all) => {
    expect(mayReadOrder(asking, ofAna, MADE_MS)).toBe(true);
    expect(mayReadSaga(asking, ofAna, MADE_MS)).toBe(true);
    expect(seesAll(asking)).toBe(all);
  });

  it('is read as a saga only by a machine with operations:read', () => {
    const reader = machine(['operations:read']);
    expect(mayReadOrder(reader, ofAna, MADE_MS)).toBe(false);
    expect(mayReadSaga(reader, ofAna, MADE_MS)).toBe(true);
    expect(seesAll(reader)).toBe(true);
  });
});

describe('an order or a saga of an open caller', () => {
  // R57
  it.each([openCaller(''), openCaller('bob'), ANA])(
    'is read by its id for two hours, and no longer, by %j',
    (asking) => {
      const owned = { owner: 'o:bob', createdAtMs: MADE_MS };
      expect(mayReadOrder(asking, owned, MADE_MS + 2 * HOUR_MS - 1)).toBe(true);
      expect(mayReadOrder(asking, owned, MADE_MS + 2 * HOUR_MS)).toBe(false);
    },
  );
});

describe('a saga without an owner', () => {
  it('is read by operators only', () => {
    const owned = { owner: undefined, createdAtMs: MADE_MS };
    expect(mayReadSaga(ANA, owned, MADE_MS)).toBe(false);
    expect(mayReadSaga(openCaller(''), owned, MADE_MS)).toBe(false);
    expect(mayReadSaga(user('op', ['operator']), owned, MADE_MS)).toBe(true);
  });
});

describe('the owner', () => {
  it.each<[unknown, string | undefined]>([
    [{ userId: 'bob', caller: 'u:https://id:bob' }, 'u:https://id:bob'],
    [{ userId: 'bob' }, 'o:bob'],
    [{ amount: '25.00' }, undefined],
    [null, undefined],
  ])('of a saga with the input %j is %j', (input, owner) => {
    expect(ownerOfInput(input)).toBe(owner);
  });

  it('of an order of an earlier release is the open caller of its userId', () => {
    const order = { userId: 'bob' } as Parameters<typeof ownerOfOrder>[0];
    expect(ownerOfOrder(order)).toBe('o:bob');
    expect(ownerOfOrder({ ...order, caller: null })).toBe('o:bob');
    expect(ownerOfOrder({ ...order, caller: 'u:https://id:bob' })).toBe('u:https://id:bob');
  });
});
