import { ACCESS_TABLE } from '@backstitch/auth';
import { waitFor } from '@backstitch/testkit';
import { describe, expect, it } from '@jest/globals';
import { mouse } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

const PASSWORD = 'seven green umbrellas';

interface Answer {
  status: number;
  challenge: string | null;
  /** Of whichever answer it is: of a session, an order, a problem. */
  body: Record<string, string>;
}

interface AskOptions {
  body?: unknown;
  token?: string | undefined;
  headers?: Record<string, string>;
}

const STAFF: readonly string[] = ['operator', 'admin', 'viewer'];

describe('a system whose guests need a token', () => {
  let system: System;
  withSystem({ appEnv: { 'api-gateway': { GUESTS: 'token' } } }, (started) => (system = started));

  async function ask(method: string, path: string, options: AskOptions = {}): Promise<Answer> {
    const { body, token, headers } = options;
    const response = await fetch(system.gatewayUrl + path, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      challenge: response.headers.get('www-authenticate'),
      body: (text === '' ? {} : JSON.parse(text)) as Answer['body'],
    };
  }

  async function newAccount(name: string): Promise<Answer['body']> {
    const email = `${name.toLowerCase()}@shop.example`;
    const body = { email, password: PASSWORD };
    expect((await ask('POST', '/api/auth/signup', { body: { ...body, name } })).status).toBe(201);
    const session = await ask('POST', '/api/auth/login', { body });
    expect(session.status).toBe(200);
    return session.body;
  }

  const buy = (token?: string, extra: object = {}) =>
    ask('POST', '/api/checkout', { token, body: { ...extra, items: [mouse(1)] } });

  it('serves sign-up, log-in, refresh, the profile and logout', async () => {
    const { refreshToken } = await newAccount('Ann');
    const refreshed = await ask('POST', '/api/auth/refresh', { body: { refreshToken } });
    expect(refreshed.status).toBe(200);
    const { accessToken: token, refreshToken: next } = refreshed.body;
    const me = await ask('GET', '/api/me', { token });
    expect(me).toMatchObject({ status: 200, body: { email: 'ann@shop.example', name: 'Ann' } });
    const logout = await ask('POST', '/api/auth/logout', { body: { refreshToken: next } });
    expect(logout.status).toBe(204);
    const gone = await ask('POST', '/api/auth/refresh', { body: { refreshToken: next } });
    expect([gone.status, gone.body['code']]).toEqual([401, 'REFRESH_REFUSED']);
  }, 300_000);

  it('sells to an account, and shows its order and saga to no other caller', async () => {
    const { accessToken: token } = await newAccount('Bea');
    const { accessToken: other } = await newAccount('Cem');
    const guest = await ask('POST', '/api/auth/guest');
    const bought = await buy(token);
    expect(bought.status).toBe(200);
    const { orderId, sagaId } = bought.body;
    for (const [path, code] of [
      [`/api/checkout/orders/${orderId}`, 'ORDER_NOT_FOUND'],
      [`/api/sagas/${sagaId}`, 'SAGA_NOT_FOUND'],
    ] as const) {
      expect((await ask('GET', path, { token })).status).toBe(200);
      for (const stranger of [other, guest.body['accessToken']]) {
        const refused = await ask('GET', path, { token: stranger });
        expect(refused).toMatchObject({ status: 404, body: { code } });
      }
    }
    const [order] = await system.rows<{ caller: string }>(
      'orders',
      'SELECT caller FROM orders WHERE id = $1',
      [orderId],
    );
    const me = await ask('GET', '/api/me', { token });
    expect(order?.caller).toBe(`u:http://localhost:3006:${me.body['id']}`);
  }, 300_000);

  it('does not sell in the name of another account, and records nothing', async () => {
    const { accessToken: token } = await newAccount('Dan');
    const refused = await buy(token, { userId: 'user-123' });
    expect(refused).toMatchObject({ status: 403, body: { code: 'SUBJECT_MISMATCH' } });
    const sql = `SELECT saga_id FROM saga_state WHERE input ->> 'userId' = 'user-123'`;
    expect(await system.rows('orchestrator', sql)).toEqual([]);
  }, 300_000);

  it('sells to a guest with a token, and to nobody without one', async () => {
    const guest = await ask('POST', '/api/auth/guest');
    expect(guest.status).toBe(201);
    expect((await buy(guest.body['accessToken'])).status).toBe(200);
    const refused = await buy(undefined, { userId: 'user-123' });
    expect(refused).toMatchObject({ status: 401, body: { code: 'TOKEN_REQUIRED' } });
    expect(refused.challenge).toMatch(/^Bearer/);
  }, 300_000);

  it('refuses every route of operators and admins to customers and sellers, and records it', async () => {
    const guarded = ACCESS_TABLE.filter(({ app, access }) => {
      const roles = Object.keys(access.roles ?? {});
      const isGuarded = roles.length > 0 && roles.every((role) => STAFF.includes(role));
      return app === 'api-gateway' && isGuarded;
    });
    expect(guarded.length).toBeGreaterThan(15);
    const { accessToken: token } = await newAccount('Fay');
    const sql = `UPDATE users SET roles = '{customer,seller}' WHERE email = 'fay@shop.example'`;
    await system.rows('identity', sql);
    for (const { method, route } of guarded) {
      const path = route.replaceAll(/:\w+/g, '01930000-0000-7000-8000-000000000001');
      const body = method === 'GET' ? {} : { body: { reason: 'x' } };
      const refused = await ask(method, path, { token, ...body });
      expect([route, refused.status, refused.body['code']]).toEqual([route, 403, 'ACCESS_DENIED']);
      await waitFor(`an event of ${method} ${route}`, async () => {
        const action = `call refused: ${method} ${route}, ACCESS_DENIED`;
        const events = 'SELECT actor FROM identity_events WHERE action = $1';
        return (await system.rows('identity', events, [action])).length > 0;
      });
    }
    expect(await system.rows('orchestrator', 'SELECT FROM operator_actions')).toEqual([]);
  }, 300_000);

  it('goes on selling while identity-service is away, and answers 503 only for accounts', async () => {
    const { accessToken: token } = await newAccount('Eve');
    expect((await buy(token)).status).toBe(200);
    await system.apps['identity-service'].kill();
    expect((await buy(token)).status).toBe(200);
    expect((await system.apps['api-gateway'].readiness()).status).toBe(200);
    for (const [method, path] of [
      ['POST', '/api/auth/login'],
      ['GET', '/api/me'],
    ] as const) {
      const away = await ask(method, path, { token, ...(method === 'POST' && { body: {} }) });
      expect(away).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    }
    await system.restart('identity-service');
    expect((await ask('GET', '/api/me', { token })).status).toBe(200);
    await system.expectReconciled();
  }, 300_000);
});
