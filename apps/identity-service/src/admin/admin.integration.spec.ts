import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { EventsRepository } from '../events/events.repository.js';
import { steppedUp } from '../testing/authenticator.js';
import { type Answer, Identity } from '../testing/identity.js';

let identity: Identity;
let admin: { token: string; id: string; email: string };
beforeAll(async () => {
  identity = await Identity.start();
});
beforeEach(async () => {
  identity.aheadMs = 0;
  await identity.rows('DELETE FROM attempts');
  await identity.rows(`UPDATE users SET roles = '{customer}'`);
  admin = await steppedUp(identity, ['admin']);
});
afterAll(() => identity.close());

const ask = (method: string, path: string, body?: unknown, token = admin.token): Promise<Answer> =>
  identity.ask(method, path, { token, ...(body !== undefined && { body }) });

const ROUTES: [string, string, object | undefined][] = [
  ['GET', '/api/admin/users', undefined],
  ['PATCH', '/api/admin/users/6b2b4f4e-0000-4000-8000-000000000000', { status: 'disabled' }],
  ['POST', '/api/admin/users/6b2b4f4e-0000-4000-8000-000000000000/reset', undefined],
  ['GET', '/api/admin/clients', undefined],
  ['POST', '/api/admin/clients', { scopes: ['orders:read'] }],
  ['DELETE', '/api/admin/clients/6b2b4f4e-0000-4000-8000-000000000000', undefined],
  ['GET', '/api/admin/events', undefined],
];

describe('a route of admins', () => {
  it.each(ROUTES)(
    '%s %s is refused to guests, customers, operators and stale admins',
    async (method, path, body) => {
      const [code, required] = ['ACCESS_DENIED', 'STEP_UP_REQUIRED'];
      expect((await identity.ask(method, path, { body })).status).toBe(401);
      const customer = (await identity.session()).accessToken;
      expect(await ask(method, path, body, customer)).toMatchObject({
        status: 403,
        body: { code },
      });
      const operator = await steppedUp(identity, ['operator']);
      const refused = await ask(method, path, body, operator.token);
      expect(refused).toMatchObject({ status: 403, body: { code } });
      await identity.rows(`UPDATE sessions SET auth_time = now() - interval '16 minutes'`);
      expect(await ask(method, path, body)).toMatchObject({
        status: 403,
        body: { code: required },
      });
    },
  );
});

describe('an admin', () => {
  it('gives roles, which ends the sessions of the account', async () => {
    const email = await identity.signUp();
    const { accessToken } = await identity.session(email);
    const { body } = await ask('GET', `/api/admin/users?email=${email}`);
    const [user] = body.users as { id: string; roles: string[] }[];
    expect(user).toMatchObject({ email, roles: ['customer'] });
    const changed = await ask('PATCH', `/api/admin/users/${user!.id}`, { roles: ['seller'] });
    expect(changed).toMatchObject({ status: 200, body: { roles: ['seller'] } });
    expect((await identity.me(accessToken)).status).toBe(401);
    const again = await identity.session(email);
    expect(decodeJwt(again.accessToken).roles).toEqual(['seller']);
  });

  it('changes neither the own roles nor takes away the last admin', async () => {
    const own = `/api/admin/users/${admin.id}`;
    const last = await ask('PATCH', own, { roles: ['customer'] });
    expect(last).toMatchObject({ status: 409, body: { code: 'LAST_ADMIN' } });
    expect(await ask('PATCH', own, { status: 'disabled' })).toMatchObject({ status: 409 });
    const more = await ask('PATCH', own, { roles: ['admin', 'operator'] });
    expect(more).toMatchObject({ status: 403, body: { code: 'ACCESS_DENIED' } });
    expect((await identity.me(admin.token)).body.roles).toEqual(['admin']);
  });

  it('and another one who take the role from each other at once leave one of them', async () => {
    const other = await steppedUp(identity, ['admin']);
    const take = (from: string, token: string) =>
      ask('PATCH', `/api/admin/users/${from}`, { roles: ['customer'] }, token);
    const all = await Promise.all([take(other.id, admin.token), take(admin.id, other.token)]);
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    const [row] = await identity.rows<{ admins: number }>(
      `SELECT count(*)::integer AS admins FROM users WHERE 'admin' = ANY (roles)`,
    );
    expect(row!.admins).toBe(1);
  });

  it('starts a reset, and cannot set a password', async () => {
    const email = await identity.signUp();
    const [{ id }] = (await identity.rows<{ id: string }>('SELECT id FROM users WHERE email = $1', [
      email,
    ])) as [{ id: string }];
    const body = { password: 'a password of the admin' };
    expect((await ask('PATCH', `/api/admin/users/${id}`, body)).status).toBe(400);
    expect((await ask('POST', `/api/admin/users/${id}/reset`)).status).toBe(202);
    expect(await identity.tokenOf('reset-password', email)).toHaveLength(43);
  });
});

describe('a machine', () => {
  const token = (body: object) =>
    identity.ask('POST', '/api/auth/token', {
      body: { grant_type: 'client_credentials', ...body },
    });
  const made = async (scopes: string[]) => {
    const { status, body } = await ask('POST', '/api/admin/clients', { scopes });
    expect(status).toBe(201);
    return { client_id: String(body.clientId), client_secret: String(body.secret) };
  };

  it('gets a token with its scopes, or with some of them', async () => {
    const client = await made(['orders:read', 'operations:read']);
    const all = await token(client);
    expect(all).toMatchObject({ status: 200, body: { scope: 'orders:read operations:read' } });
    const claims = decodeJwt(String(all.body.access_token));
    expect(claims).toMatchObject({ sub: client.client_id, client_id: client.client_id });
    expect(claims).not.toHaveProperty('roles');
    const some = await token({ ...client, scope: 'orders:read' });
    expect(some).toMatchObject({ status: 200, body: { scope: 'orders:read' } });
    expect((await identity.me(String(all.body.access_token))).status).toBe(401);
  });

  it('is refused with a scope beyond its own, a wrong secret, expired and disabled', async () => {
    const client = await made(['orders:read']);
    const beyond = await token({ ...client, scope: 'orders:read operations:act' });
    expect(beyond).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    const wrong = await token({ ...client, client_secret: 'x' });
    expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    await identity.rows(`UPDATE clients SET expires_at = now() WHERE client_id = $1`, [
      client.client_id,
    ]);
    expect((await token(client)).status).toBe(401);
    const other = await made(['orders:read']);
    expect((await ask('DELETE', `/api/admin/clients/${other.client_id}`)).status).toBe(204);
    expect((await token(other)).status).toBe(401);
  });

  it('has a secret that is stored as a hash, and shown once', async () => {
    const { client_secret: secret } = await made(['orders:read']);
    const [row] = await identity.rows<{ text: string }>(
      `SELECT string_agg(c::text, ' ') AS text FROM clients c`,
    );
    expect(row!.text).not.toContain(secret);
    expect((await ask('GET', '/api/admin/clients')).text).not.toContain(secret);
  });
});

describe('the record of events', () => {
  it('tells who did what, and cannot be altered without being noticed', async () => {
    const events = new EventsRepository(identity.database);
    const { events: before } = await events.verify();
    await ask('POST', '/api/admin/clients', { scopes: ['orders:read'] });
    const { body } = await ask('GET', `/api/admin/events?after=${before}&limit=100`);
    const made = (body.events as Record<string, unknown>[]).filter(
      ({ action }) => action === 'client created: orders:read',
    );
    expect(made.at(-1)).toMatchObject({ actor: `u:${admin.id}`, outcome: 'done' });
    expect(await events.verify()).toMatchObject({ problem: undefined });
    for (const change of [
      `UPDATE identity_events SET actor = 'x'`,
      'DELETE FROM identity_events',
      'TRUNCATE identity_events',
    ]) {
      await expect(identity.rows(change)).rejects.toThrow(/append-only/);
    }
    await identity.rows('ALTER TABLE identity_events DISABLE TRIGGER ALL');
    await identity.rows(`UPDATE identity_events SET actor = 'x' WHERE seq = 2`);
    expect(await events.verify()).toMatchObject({ events: 1, problem: 'event 2 was altered' });
    await identity.rows('DELETE FROM identity_events WHERE seq = 2');
    expect(await events.verify()).toMatchObject({ problem: 'event 2 is missing' });
  });

  it('holds what thirty requests did at once, each after another', async () => {
    const fresh = await Identity.start();
    try {
      const email = await fresh.signUp();
      const logIns = await Promise.all(Array.from({ length: 30 }, () => fresh.logIn(email)));
      for (const { status } of logIns) expect(status).toBe(200);
      const events = new EventsRepository(fresh.database);
      expect(await events.verify()).toMatchObject({ problem: undefined });
      const all = await events.page(0, 100);
      expect(all.filter(({ action }) => action === 'login')).toHaveLength(30);
    } finally {
      await fresh.close();
    }
  });
});

describe('the routes between apps', () => {
  it.each(['/internal/edge-sync', '/internal/introspect'])(
    '%s is refused in production without a signature',
    async (path) => {
      const production = await Identity.start({ NODE_ENV: 'production' });
      try {
        expect((await production.ask('POST', path, { body: {} })).status).toBe(401);
      } finally {
        await production.close();
      }
    },
  );
});
