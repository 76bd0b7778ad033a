import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { Identity, PASSWORD, type Session } from '../testing/identity.js';

const DAY_MS = 86_400_000;

let identity: Identity;
beforeAll(async () => {
  identity = await Identity.start();
});
beforeEach(() => {
  identity.aheadMs = 0;
});
afterAll(() => identity.close());

const refreshed = async (token: string): Promise<Session> => {
  const { status, body } = await identity.refresh(token);
  expect(status).toBe(200);
  return body as unknown as Session;
};
const statusOf = async (token: string): Promise<number> => (await identity.refresh(token)).status;

describe('a person', () => {
  it('signs up, logs in, reads and changes the profile, and logs out', async () => {
    const body = { email: 'Zoe@Shop.example', password: PASSWORD, name: 'Zoe' };
    const signUp = await identity.ask('POST', '/api/auth/signup', { body });
    const profile = { email: 'zoe@shop.example', name: 'Zoe', roles: ['customer'] };
    expect(signUp).toMatchObject({ status: 201, body: profile });
    const { accessToken: token, refreshToken } = await identity.session('ZOE@shop.example');
    expect(await identity.me(token)).toMatchObject({ status: 200, body: profile });
    const patch = { token, body: { name: 'Zoë' } };
    const changed = await identity.ask('PATCH', '/api/me', patch);
    expect(changed).toMatchObject({ status: 200, body: { name: 'Zoë' } });
    const out = await identity.ask('POST', '/api/auth/logout', { body: { refreshToken } });
    expect(out.status).toBe(204);
    expect(await identity.me(token)).toMatchObject({ status: 401 });
    expect(await statusOf(refreshToken)).toBe(401);
  });

  it('lists own sessions and ends one of them, but none of another person', async () => {
    const email = await identity.signUp();
    const [one, other] = [await identity.session(email), await identity.session(email)];
    const { accessToken: token } = one;
    const { body } = await identity.ask('GET', '/api/me/sessions', { token });
    expect(body.sessions).toHaveLength(2);
    expect(body.sessions).toContainEqual(
      expect.objectContaining({ id: one.sessionId, current: true }),
    );
    const foreign = await identity.session();
    const end = (id: string) => identity.ask('DELETE', `/api/me/sessions/${id}`, { token });
    expect(await end(foreign.sessionId)).toMatchObject({ status: 404 });
    expect(await end(other.sessionId)).toMatchObject({ status: 204 });
    expect(await end(other.sessionId)).toMatchObject({ status: 404 });
    expect(await statusOf(other.refreshToken)).toBe(401);
    expect(await statusOf(foreign.refreshToken)).toBe(200);
  });

  it.each([{ roles: ['admin'] }, { status: 'active' }, { id: 'x' }, { email: 'x@y.z' }])(
    'cannot change %j by the profile',
    async (extra) => {
      const { accessToken: token } = await identity.session();
      const body = { name: 'Ann', ...extra };
      const { status, body: problem } = await identity.ask('PATCH', '/api/me', { token, body });
      expect(status).toBe(400);
      expect(problem).toMatchObject({ code: 'VALIDATION_FAILED' });
    },
  );
});

describe('an access token', () => {
  it('is verified by the published keys, and says whose it is', async () => {
    const { accessToken, sessionId } = await identity.session();
    const keys = createRemoteJWKSet(new URL(`${identity.url}/.well-known/jwks.json`));
    const terms = { issuer: 'http://localhost:3006', audience: 'backstitch', typ: 'at+jwt' };
    const { payload, protectedHeader } = await jwtVerify(accessToken, keys, terms);
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect(payload).toMatchObject({ sid: sessionId, amr: ['pwd'], roles: ['customer'] });
    expect(payload.exp! - payload.iat!).toBe(600);
  });

  it('of a guest names a new guest each time, and no account', async () => {
    const guest = async () => {
      const { status, body } = await identity.ask('POST', '/api/auth/guest');
      expect(status).toBe(201);
      return String(body.accessToken);
    };
    const [one, other] = [await guest(), await guest()];
    expect(decodeJwt(one)).toMatchObject({ client_id: 'guest' });
    expect(decodeJwt(one).sub).not.toBe(decodeJwt(other).sub);
    expect(await identity.me(one)).toMatchObject({ status: 401 });
  });

  it('is refused with any byte altered, and so is what is none', async () => {
    const { accessToken, refreshToken } = await identity.session();
    for (let at = 0; at < accessToken.length; at += 7) {
      const other = accessToken[at] === 'A' ? 'B' : 'A';
      const altered = `${accessToken.slice(0, at)}${other}${accessToken.slice(at + 1)}`;
      expect(await identity.me(altered)).toMatchObject({ status: 401 });
    }
    for (const text of ['', 'a.b', refreshToken, 'x'.repeat(5_000)]) {
      expect(await identity.me(text)).toMatchObject({ status: 401 });
    }
    const without = await identity.ask('GET', '/api/me');
    expect(without).toMatchObject({ status: 401, body: { code: 'TOKEN_REQUIRED' } });
    expect(without.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('is signed by a key whose private part is not stored as it is', async () => {
    const { accessToken } = await identity.session();
    const { kid } = decodeProtectedHeader(accessToken);
    const [row] = await identity.rows<{ sealed: Buffer; text: string }>(
      'SELECT sealed, signing_keys::text AS text FROM signing_keys WHERE kid = $1',
      [kid],
    );
    expect(row!.sealed.toString('latin1')).not.toContain('"d"');
    expect(row!.text).not.toContain('"d"');
  });
});

describe('a refresh token', () => {
  it('gets the same successor again within ten seconds, for a lost answer', async () => {
    const { refreshToken: g0 } = await identity.session();
    const g1 = (await refreshed(g0)).refreshToken;
    identity.aheadMs = 9_000;
    expect((await refreshed(g0)).refreshToken).toBe(g1);
  });

  it('that is used again after eleven seconds ends the session', async () => {
    const { refreshToken: g0 } = await identity.session();
    const { refreshToken: g1, accessToken } = await refreshed(g0);
    identity.aheadMs = 11_000;
    expect(await statusOf(g0)).toBe(401);
    expect(await statusOf(g1)).toBe(401);
    expect(await identity.me(accessToken)).toMatchObject({ status: 401 });
  });

  it('that is older than the one before ends the session at once', async () => {
    const { refreshToken: g0 } = await identity.session();
    const { refreshToken: g1 } = await refreshed(g0);
    const { refreshToken: g2 } = await refreshed(g1);
    expect(await statusOf(g0)).toBe(401);
    expect(await statusOf(g2)).toBe(401);
  });

  it('that twenty requests use at once has one successor', async () => {
    const { refreshToken } = await identity.session();
    const all = await Promise.all(Array.from({ length: 20 }, () => refreshed(refreshToken)));
    expect(new Set(all.map((each) => each.refreshToken)).size).toBe(1);
  });

  it('with the mac of another session or another generation is refused, and ends nothing', async () => {
    const [one, other] = [await identity.session(), await identity.session()];
    const [sid, , mac] = one.refreshToken.split('.');
    const [, , otherMac] = other.refreshToken.split('.');
    for (const forged of [`${sid}.0.${otherMac}`, `${sid}.1.${mac}`, `${sid}.1.${otherMac}`]) {
      expect(await statusOf(forged)).toBe(401);
    }
    expect(await statusOf(one.refreshToken)).toBe(200);
  });

  it('of a session that was idle for 14 days, or is 30 days old, is refused', async () => {
    const idle = await identity.session();
    let { refreshToken } = await identity.session();
    identity.aheadMs = 10 * DAY_MS;
    refreshToken = (await refreshed(refreshToken)).refreshToken;
    identity.aheadMs = 14 * DAY_MS + 1_000;
    expect(await statusOf(idle.refreshToken)).toBe(401);
    identity.aheadMs = 20 * DAY_MS;
    refreshToken = (await refreshed(refreshToken)).refreshToken;
    identity.aheadMs = 30 * DAY_MS + 1_000;
    expect(await statusOf(refreshToken)).toBe(401);
  });

  it('in a cookie works from an origin of the shop with a JSON body only', async () => {
    const email = await identity.signUp();
    const own = { origin: 'http://localhost:3006' };
    const body = { email, password: PASSWORD, cookie: true };
    const login = await identity.ask('POST', '/api/auth/login', { body, headers: own });
    expect(login.body).not.toHaveProperty('refreshToken');
    const set = login.headers.get('set-cookie')!;
    expect(set).toMatch(/^__Host-refresh=.*; Path=\/; HttpOnly; Secure; SameSite=Strict;/);
    const cookie = set.split(';')[0]!;
    const send = (headers: Record<string, string>, text: string = '{}') =>
      identity.ask('POST', '/api/auth/refresh', { body: text, headers: { cookie, ...headers } });
    const foreign = await send({ origin: 'https://evil.example' });
    expect(foreign).toMatchObject({ status: 403, body: { code: 'ORIGIN_REFUSED' } });
    expect(await send({})).toMatchObject({ status: 403 });
    expect(await send({ ...own, 'content-type': 'text/plain' })).toMatchObject({ status: 400 });
    expect(await send(own)).toMatchObject({ status: 200 });
    expect(await identity.ask('GET', '/api/me', { headers: { cookie } })).toMatchObject({
      status: 401,
    });
  });
});

describe('a log-in with a password that is changed meanwhile', () => {
  it.each([
    ['the password', `password_hash = 'x', password_changed_at = now()`],
    ['the status', `status = 'disabled'`],
  ])('opens no session after a change of %s', async (_what, change) => {
    const email = await identity.signUp();
    const connection = await identity.database.pool.connect();
    try {
      await connection.query('BEGIN');
      await connection.query(`UPDATE users SET ${change} WHERE email = $1`, [email]);
      const answer = identity.logIn(email);
      await waitFor('the log-in to wait for the change', async () => {
        const waiting = `SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        return (await identity.rows(waiting)).length > 0;
      });
      await connection.query('COMMIT');
      expect(await answer).toMatchObject({ status: 401, body: { code: 'LOGIN_FAILED' } });
    } finally {
      connection.release();
    }
    const sessions = 'SELECT FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = $1';
    expect(await identity.rows(sessions, [email])).toEqual([]);
  });
});
