import {
  CALLER_HEADER,
  type Caller,
  DEVELOPMENT_INTERNAL_KEYS,
  encodeCaller,
  internalKeys,
  SIGNATURE_HEADER,
  signRequest,
  userId,
} from '@backstitch/auth';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Identity, PASSWORD } from '../testing/identity.js';

const KEYS = internalKeys(DEVELOPMENT_INTERNAL_KEYS);
const FOREIGN_KEYS = internalKeys(`development:${Buffer.alloc(32, 1).toString('base64url')}`);
const EMAIL = 'ann@shop.example';

let identity: Identity;
beforeAll(async () => {
  identity = await Identity.start({ NODE_ENV: 'production', SIGNUP: 'open' });
});
afterAll(() => identity.close());

interface Signing {
  body?: object;
  token?: string;
  caller?: Caller;
  keys?: typeof KEYS;
}

/** As a gateway sends it. */
function signed(method: string, path: string, { body, token, caller, keys = KEYS }: Signing = {}) {
  const text = body && JSON.stringify(body);
  const header = caller && encodeCaller(caller);
  const request = { method, path, body: text ?? '', caller: header };
  const headers = {
    [SIGNATURE_HEADER]: signRequest(keys, request, Date.now() / 1000),
    ...(header && { [CALLER_HEADER]: header }),
  };
  return identity.ask(method, path, { body: text, headers, ...(token && { token }) });
}

const callerOf = (subject: string, roles: Caller['roles']): Caller => {
  const issuer = 'https://shop.example';
  return { id: userId(issuer, subject), kind: 'user', issuer, subject, roles, scopes: [] };
};

describe('identity-service in production', () => {
  it.each([
    ['POST', '/api/auth/login'],
    ['POST', '/api/auth/signup'],
    ['POST', '/api/auth/token'],
    ['GET', '/api/me'],
    ['GET', '/api/admin/users'],
    ['POST', '/internal/edge-sync'],
    ['POST', '/internal/introspect'],
  ])('refuses %s %s without a signature', async (method, path) => {
    const body = method === 'POST' ? { email: EMAIL, password: PASSWORD } : undefined;
    const invalid = { status: 401, body: { code: 'SIGNATURE_INVALID' } };
    expect(await identity.ask(method, path, { body })).toMatchObject(invalid);
    const foreign = await signed(method, path, { ...(body && { body }), keys: FOREIGN_KEYS });
    expect(foreign).toMatchObject(invalid);
  });

  it('serves health and the public keys without one', async () => {
    for (const path of ['/health/live', '/.well-known/jwks.json']) {
      expect((await identity.ask('GET', path)).status).toBe(200);
    }
  });

  it('serves what a gateway has signed, and admins only what their caller may', async () => {
    const account = { email: EMAIL, password: PASSWORD };
    const signUp = await signed('POST', '/api/auth/signup', { body: { ...account, name: 'Ann' } });
    expect(signUp.status).toBe(201);
    const { body } = await signed('POST', '/api/auth/login', { body: account });
    const token = String(body.accessToken);
    const caller = callerOf(String(signUp.body.id), ['customer']);
    expect((await signed('GET', '/api/me', { token, caller })).status).toBe(200);
    expect((await signed('GET', '/api/me', { token })).status).toBe(401);
    expect((await signed('GET', '/api/admin/users', { token, caller })).status).toBe(403);
    const introspected = await signed('POST', '/internal/introspect', { body: { token } });
    expect(introspected).toMatchObject({ status: 200, body: { active: true } });
  });
});
