import { describe, expect, it } from '@jest/globals';
import { CALLER_HEADER, callerOf, requireSeller } from './caller.js';

const SELLER = { id: 'u:https://issuer:1', roles: ['seller'], scopes: [] };
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const headers = (value: unknown) => ({ [CALLER_HEADER]: encoded(value) });
const inDevelopment = { isProduction: false };

describe('the caller of a request', () => {
  it('is read from the header in development', () => {
    const sent = { ...SELLER, kind: 'user', subject: '1' };
    expect(callerOf(headers(sent), inDevelopment)).toEqual(SELLER);
  });

  it('is refused in production, where nothing proves the header', () => {
    const call = () => callerOf(headers(SELLER), { isProduction: true });
    expect(call).toThrow(expect.objectContaining({ code: 'TOKEN_REQUIRED', status: 401 }));
  });

  it.each([
    {},
    { [CALLER_HEADER]: '' },
    { [CALLER_HEADER]: 'not base64 json' },
    { [CALLER_HEADER]: [encoded(SELLER), encoded(SELLER)] },
    headers(null),
    headers({ ...SELLER, id: 'x:1' }),
    headers({ ...SELLER, id: 'u:a\0b' }),
    headers({ ...SELLER, id: `u:${'x'.repeat(1_000)}` }),
    headers({ ...SELLER, roles: 'seller' }),
    headers({ id: SELLER.id, roles: ['seller'] }),
  ])('is refused when the header is missing or cannot be read (case %#)', (sent) => {
    const call = () => callerOf(sent, inDevelopment);
    expect(call).toThrow(expect.objectContaining({ code: 'TOKEN_REQUIRED' }));
  });

  it('may change the catalogue as a seller, or as a machine with the scope, and else not', () => {
    requireSeller(SELLER);
    requireSeller({ ...SELLER, roles: [], scopes: ['catalogue:write'] });
    const customer = { ...SELLER, roles: ['customer', 'operator', 'admin'] };
    const denied = expect.objectContaining({ code: 'ACCESS_DENIED', status: 403 });
    expect(() => requireSeller(customer)).toThrow(denied);
  });
});
