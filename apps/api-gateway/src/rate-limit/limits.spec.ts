import { type Caller, guestCaller, type Verification } from '@backstitch/auth';
import { describe, expect, it } from '@jest/globals';
import { limitKindOf } from './limits.js';

const callerOf = (kind: Caller['kind'], roles: Caller['roles'] = []): Verification => ({
  kind: 'caller',
  caller: { ...guestCaller('7'), kind, roles },
});

describe('the limit of a caller', () => {
  it.each<[string, string, Verification]>([
    ['user', 'a customer', callerOf('user', ['customer'])],
    ['user', 'an operator', callerOf('user', ['operator'])],
    ['user', 'an admin', callerOf('user', ['admin'])],
    ['machine', 'a machine', callerOf('machine')],
    ['guest', 'a guest, who can have any number of tokens', callerOf('guest')],
    ['guest', 'a refused token', { kind: 'invalid', reason: 'revoked' }],
    ['guest', 'a token that cannot be verified', { kind: 'unavailable' }],
  ])('is that of a %s for %s', (kind, _who, verification) => {
    expect(limitKindOf(verification)).toBe(kind);
  });
});
