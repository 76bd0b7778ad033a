import { describe, expect, it } from '@jest/globals';
import { type Caller, guestCaller, openCaller, type Role } from '../caller.js';
import { READ_ORDER } from './access.js';
import { mayRead, maySeeDelivery } from './owned.js';

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

describe('the delivery of an order', () => {
  it('is seen by its owner, and by no operator, viewer or machine', () => {
    expect(maySeeDelivery(ANA, ANA.id)).toBe(true);
    for (const role of ['operator', 'viewer', 'admin', 'seller'] as const) {
      expect(maySeeDelivery(user('op', [role]), ANA.id)).toBe(false);
    }
    expect(maySeeDelivery(machine(['orders:read']), ANA.id)).toBe(false);
    expect(maySeeDelivery(openCaller('ana'), ANA.id)).toBe(false);
  });

  it('of an open caller is seen without a token by whoever may read the order', () => {
    expect(maySeeDelivery(openCaller(''), openCaller('bob').id)).toBe(true);
    expect(maySeeDelivery(user('op', ['operator']), openCaller('bob').id)).toBe(false);
  });
});

describe('what a caller with a token owns', () => {
  // R56
  it.each<[string, Caller, boolean]>([
    ['its owner', ANA, true],
    ['an operator', user('op', ['operator']), true],
    ['another user', user('eve'), false],
    ['a user of another issuer', { ...ANA, id: 'u:https://evil:ana' }, false],
    ['a guest', guestCaller('ana'), false],
    ['an open caller with the same name', openCaller('ana'), false],
  ])('is read by %s: %s', (_who, asking, isRead) => {
    expect(mayRead(READ_ORDER, asking, ofAna, MADE_MS + HOUR_MS)).toBe(isRead);
  });
});

describe('what an open caller owns', () => {
  // R57
  it('is read by its id for two hours, and no longer', () => {
    const owned = { owner: 'o:bob', createdAtMs: MADE_MS };
    expect(mayRead(READ_ORDER, openCaller(''), owned, MADE_MS + 2 * HOUR_MS - 1)).toBe(true);
    expect(mayRead(READ_ORDER, openCaller(''), owned, MADE_MS + 2 * HOUR_MS)).toBe(false);
  });
});
