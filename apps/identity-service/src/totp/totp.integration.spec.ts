import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { Authenticator } from '../testing/authenticator.js';
import { Identity, PASSWORD, type Session } from '../testing/identity.js';

let identity: Identity;
beforeAll(async () => {
  identity = await Identity.start();
});
beforeEach(async () => {
  identity.aheadMs = 0;
  await identity.rows('DELETE FROM attempts');
});
afterAll(() => identity.close());

const logIn = (email: string, otp?: string) =>
  identity.ask('POST', '/api/auth/login', { body: { email, password: PASSWORD, otp } });

describe('an account with an authenticator', () => {
  it('needs a code to log in, and each code works once', async () => {
    const email = await identity.signUp();
    const authenticator = await Authenticator.add(identity, await identity.session(email));
    expect(await logIn(email)).toMatchObject({ status: 401, body: { code: 'OTP_REQUIRED' } });
    expect((await logIn(email, authenticator.code())).status).toBe(401);
    const code = authenticator.freshCode();
    const answer = await logIn(email, code);
    expect(answer.status).toBe(200);
    expect(decodeJwt(String(answer.body.accessToken)).amr).toEqual(['pwd', 'otp']);
    expect((await logIn(email, code)).status).toBe(401);
    expect((await logIn(email, authenticator.code(-1))).status).toBe(401);
  });

  it('waits after five wrong codes', async () => {
    const email = await identity.signUp();
    const authenticator = await Authenticator.add(identity, await identity.session(email));
    for (let failed = 0; failed < 5; failed += 1) {
      expect((await logIn(email, authenticator.code(1_000 + failed))).status).toBe(401);
    }
    expect((await logIn(email, authenticator.freshCode())).status).toBe(429);
  });

  it('cannot be given another authenticator', async () => {
    const session = await identity.session();
    await Authenticator.add(identity, session);
    const ask = { token: session.accessToken, body: { currentPassword: PASSWORD } };
    const answer = await identity.ask('POST', '/api/me/totp', ask);
    expect(answer).toMatchObject({ status: 409, body: { code: 'TOTP_PRESENT' } });
  });

  it('has a secret that is stored sealed', async () => {
    const email = await identity.signUp();
    const session = await identity.session(email);
    const ask = { token: session.accessToken, body: { currentPassword: PASSWORD } };
    const { body } = await identity.ask('POST', '/api/me/totp', ask);
    const [row] = await identity.rows<{ text: string; sealed: Buffer }>(
      'SELECT a::text AS text, sealed FROM authenticators a ORDER BY confirmed_at NULLS FIRST LIMIT 1',
    );
    expect(row!.text).not.toContain(/secret=(\w+)/.exec(String(body.uri))![1]);
    expect(row!.sealed.length).toBe(12 + 16 + 20);
  });

  it('shows a fresh second factor by a code, and its next tokens say so', async () => {
    const session = await identity.session();
    const authenticator = await Authenticator.add(identity, session);
    const ask = { token: session.accessToken, body: { code: authenticator.freshCode() } };
    const { body, status } = await identity.ask('POST', '/api/me/step-up', ask);
    expect(status).toBe(200);
    expect(decodeJwt(String(body.accessToken)).amr).toEqual(['pwd', 'otp']);
    const refreshed = await identity.refresh(session.refreshToken);
    expect(decodeJwt(String(refreshed.body.accessToken)).amr).toEqual(['pwd', 'otp']);
    expect((await identity.ask('POST', '/api/me/step-up', ask)).status).toBe(401);
  });
});

describe.each(['operator', 'admin'])('an account with the role %s', (role) => {
  const rolesOf = (answer: { body: Record<string, unknown> }) =>
    decodeJwt(String(answer.body.accessToken)).roles;

  it('and no authenticator gets tokens without that role, by which it can add one', async () => {
    const email = await identity.signUp();
    const roles = ['customer', role];
    await identity.rows('UPDATE users SET roles = $2 WHERE email = $1', [email, roles]);
    const answer = await logIn(email);
    expect(answer).toMatchObject({ status: 200, body: { withheldRoles: [role] } });
    expect(rolesOf(answer)).toEqual(['customer']);
    const { accessToken: token, refreshToken } = answer.body as unknown as Session;
    const before = await identity.refresh(refreshToken);
    expect(rolesOf(before)).toEqual(['customer']);
    const introspected = await identity.ask('POST', '/internal/introspect', { body: { token } });
    expect(introspected.body).toMatchObject({ active: true, roles: ['customer'] });
    const admin = await identity.ask('GET', '/api/admin/users', { token });
    expect(admin.status).toBe(403);

    await Authenticator.add(identity, answer.body as unknown as Session);
    const after = await identity.refresh(String(before.body.refreshToken));
    expect(rolesOf(after)).toEqual(roles);
    expect(after.body).not.toHaveProperty('withheldRoles');
  });

  it('and an authenticator needs its code to log in, and has the role then', async () => {
    const email = await identity.signUp();
    const other = await identity.session(email);
    const authenticator = await Authenticator.add(identity, await identity.session(email));
    await identity.rows('UPDATE users SET roles = $2 WHERE email = $1', [email, [role]]);
    expect(await logIn(email)).toMatchObject({ status: 401, body: { code: 'OTP_REQUIRED' } });
    expect(rolesOf(await logIn(email, authenticator.freshCode()))).toEqual([role]);
    // A session that never showed a code.
    expect(rolesOf(await identity.refresh(other.refreshToken))).toEqual([]);
  });
});
