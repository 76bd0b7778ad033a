import { describe, expect, it } from '@jest/globals';
import { type Caller, guestCaller, OPEN_CALLER, openCaller, userId } from '../caller.js';
import { callerFrom, callerJson, decodeCaller, encodeCaller } from './caller-header.js';

const ISSUER = 'https://shop.example';
const ann: Caller = {
  id: userId(ISSUER, 'ann'),
  kind: 'user',
  issuer: ISSUER,
  subject: 'ann',
  roles: ['customer'],
  scopes: [],
  sid: 's1',
  authTimeS: 1_790_000_000,
  amr: ['pwd'],
};

describe('the header of the caller', () => {
  it.each([ann, guestCaller('g1'), openCaller('user-123'), openCaller('Zoë\u2003猫'), OPEN_CALLER])(
    'reads what it wrote: %j',
    (caller) => {
      expect(encodeCaller(caller)).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(decodeCaller(encodeCaller(caller))).toEqual(caller);
    },
  );

  it('is the same caller as JSON in a batch, also the second time', () => {
    for (const caller of [ann, ann, guestCaller('g1')]) {
      expect(callerFrom(JSON.parse(callerJson(caller)))).toEqual(caller);
    }
  });

  it.each([
    ['no object', null],
    ['a list', []],
    ['an unknown kind', { ...ann, kind: 'app' }],
    ['an unknown role', { ...ann, roles: ['root'] }],
    ['roles as a text', { ...ann, roles: 'admin' }],
    ['scopes as an object', { ...ann, scopes: { 0: 'orders:read' } }],
    ['the id of another subject', { ...ann, subject: 'bob' }],
    ['the id of a user for a guest', { ...guestCaller('ann'), id: ann.id }],
    ['a user without an issuer', { ...ann, issuer: undefined }],
    ['a user without a subject', { ...ann, id: userId(ISSUER, ''), subject: '' }],
    ['a control character', { ...ann, id: userId(ISSUER, 'a\n'), subject: 'a\n' }],
    ['a time as a text', { ...ann, authTimeS: '1' }],
    ['amr as a text', { ...ann, amr: 'otp' }],
  ])('is refused with %s', (_name, value) => {
    expect(callerFrom(value)).toBeUndefined();
  });

  it('is refused when it is no JSON', () => {
    expect(decodeCaller('%%%')).toBeUndefined();
    expect(decodeCaller('')).toBeUndefined();
  });
});

describe('the id of a caller', () => {
  it('differs for two issuers, also when a subject contains a colon', () => {
    const ids = [userId('https://idp', '8443:x'), userId('https://idp:8443', 'x')];
    expect(ids).toEqual(['u:https://idp:8443%3Ax', 'u:https://idp:8443:x']);
    expect(userId('i', 'a%3Ab')).not.toBe(userId('i', 'a:b'));
  });
});
