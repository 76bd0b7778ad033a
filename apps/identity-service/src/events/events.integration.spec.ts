import { createLogger, openDatabase } from '@backstitch/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Authenticator, steppedUp } from '../testing/authenticator.js';
import { type Answer, Identity, PASSWORD } from '../testing/identity.js';
import type { WhatHappened } from './event-chain.js';
import { EventsRepository } from './events.repository.js';

const NEW_PASSWORD = 'eleven yellow kettles';
const WRONG = 'a wrong password';

let identity: Identity;
let events: EventsRepository;
beforeAll(async () => {
  identity = await Identity.start();
  events = new EventsRepository(identity.database);
});
beforeEach(async () => {
  identity.aheadMs = 0;
  await identity.rows('DELETE FROM attempts');
});
afterAll(() => identity.close());

const post = (path: string, body: object = {}, token?: string): Promise<Answer> =>
  identity.ask('POST', path, { body, ...(token !== undefined && { token }) });

/** "action outcome" of the events since `work` began, of this subject. */
async function recorded(subject: () => string, work: () => Promise<unknown>): Promise<string[]> {
  const [{ last }] = (await identity.rows<{ last: number }>(
    'SELECT coalesce(max(seq), 0)::integer AS last FROM identity_events',
  )) as [{ last: number }];
  await work();
  const page = await events.page(last, 100);
  return page
    .filter((event) => event.subject === subject())
    .map(({ action, outcome }) => `${action} ${outcome}`);
}

async function idOf(email: string): Promise<string> {
  const [row] = await identity.rows<{ id: string }>('SELECT id FROM users WHERE email = $1', [
    email,
  ]);
  return row!.id;
}

describe('an event is recorded', () => {
  it('of each sign-up, log-in, failed log-in, log-out and end of a session', async () => {
    let id = '';
    const done = await recorded(
      () => `u:${id}`,
      async () => {
        const email = await identity.signUp();
        id = await idOf(email);
        await identity.logIn(email, WRONG);
        const [one, other] = [await identity.session(email), await identity.session(email)];
        const path = `/api/me/sessions/${other.sessionId}`;
        await identity.ask('DELETE', path, { token: one.accessToken });
        await post('/api/auth/logout', { refreshToken: one.refreshToken });
        await post('/api/auth/logout', { refreshToken: one.refreshToken });
      },
    );
    expect(done).toEqual([
      'sign-up done',
      'login refused',
      'login done',
      'login done',
      'session ended done',
      'logout done',
    ]);
  });

  it('of the reuse of a refresh token, once', async () => {
    const email = await identity.signUp();
    const subject = `u:${await idOf(email)}`;
    const { refreshToken } = await identity.session(email);
    const reuse = async () => {
      await identity.refresh(refreshToken);
      identity.aheadMs = 11_000;
      await identity.refresh(refreshToken);
      await identity.refresh(refreshToken);
    };
    expect(await recorded(() => subject, reuse)).toEqual(['refresh token reused refused']);
  });

  it('of each change of a password or an e-mail address, and of a refused one', async () => {
    const email = await identity.signUp();
    const subject = `u:${await idOf(email)}`;
    const changes = async () => {
      const { accessToken } = await identity.session(email);
      const change = { currentPassword: WRONG, newPassword: NEW_PASSWORD };
      await post('/api/me/password', change, accessToken);
      await post('/api/me/password', { ...change, currentPassword: PASSWORD }, accessToken);
      const next = { email: 'moved@shop.example', currentPassword: NEW_PASSWORD };
      await post('/api/me/email', next, accessToken);
      const moved = await identity.tokenOf('change-email', next.email);
      await post('/api/auth/email/change', { token: moved });
      await post('/api/auth/password/forgot', { email: next.email });
      const token = await identity.tokenOf('reset-password', next.email);
      await post('/api/auth/password/reset', { token, password: PASSWORD });
    };
    expect(await recorded(() => subject, changes)).toEqual([
      'login done',
      'password changed refused',
      'password changed done',
      'e-mail change requested done',
      'e-mail changed done',
      'password reset done',
    ]);
  });

  it('of each authenticator and each code of one', async () => {
    const email = await identity.signUp();
    const subject = `u:${await idOf(email)}`;
    const factors = async () => {
      const session = await identity.session(email);
      const authenticator = await Authenticator.add(identity, session);
      const code = authenticator.freshCode();
      await post('/api/me/step-up', { code }, session.accessToken);
      await post('/api/me/step-up', { code }, session.accessToken);
    };
    expect(await recorded(() => subject, factors)).toEqual([
      'login done',
      'authenticator offered done',
      'authenticator confirmed done',
      'step-up done',
      'step-up refused',
    ]);
  });

  it('of what an admin changes, and of a call by another person', async () => {
    const admin = await steppedUp(identity, ['admin']);
    const email = await identity.signUp();
    const id = await idOf(email);
    const patch = (body: object) =>
      identity.ask('PATCH', `/api/admin/users/${id}`, { token: admin.token, body });
    const changes = async () => {
      await patch({ roles: ['seller'] });
      await patch({ status: 'disabled' });
      await patch({ status: 'active' });
      await post(`/api/admin/users/${id}/reset`, {}, admin.token);
    };
    expect(await recorded(() => `u:${id}`, changes)).toEqual([
      'roles changed: seller done',
      'user disabled done',
      'user enabled done',
      'password reset started done',
    ]);
    const { accessToken } = await identity.session(email);
    const subject = 'PATCH /api/admin/users/:id';
    const call = () =>
      identity.ask('PATCH', `/api/admin/users/${id}`, { token: accessToken, body: {} });
    expect(await recorded(() => subject, call)).toEqual(['admin call refused']);
  });

  it('of each client, and of each token of one', async () => {
    const admin = await steppedUp(identity, ['admin']);
    let id = '';
    const use = async () => {
      const { body } = await post('/api/admin/clients', { scopes: ['orders:read'] }, admin.token);
      id = String(body.clientId);
      const secret = { client_id: id, client_secret: String(body.secret) };
      const grant = { grant_type: 'client_credentials', ...secret };
      await post('/api/auth/token', grant);
      await post('/api/auth/token', { ...grant, scope: 'operations:act' });
      await identity.ask('DELETE', `/api/admin/clients/${id}`, { token: admin.token });
      await post('/api/auth/token', grant);
    };
    expect(await recorded(() => `m:${id}`, use)).toEqual([
      'client created: orders:read done',
      'client token issued done',
      'client token issued refused',
      'client disabled done',
    ]);
    const wrong = () =>
      post('/api/auth/token', {
        grant_type: 'client_credentials',
        client_id: id,
        client_secret: WRONG,
      });
    expect(await recorded(() => 'unknown', wrong)).toEqual(['client token issued refused']);
  });

  it('with the network and the id of its request, and without an e-mail address or a secret', async () => {
    const email = await identity.signUp();
    const answer = await identity.logIn(email, WRONG);
    const last = (await events.page(0, 1_000)).at(-1)!;
    expect(last).toMatchObject({ network: '127.0.0.0/24', requestId: answer.body.requestId });
    const [row] = await identity.rows<{ text: string }>(
      `SELECT string_agg(e::text, ' ') AS text FROM identity_events e`,
    );
    for (const secret of ['@', PASSWORD, WRONG, NEW_PASSWORD, 'eyJ', 'secret=']) {
      expect(row!.text).not.toContain(secret);
    }
  });
});

describe('the chain of events', () => {
  it('holds after concurrent writers on several pools of connections, and loses none of them', async () => {
    const logger = createLogger({ app: 'test', level: 'silent' });
    const url = identity.databaseUrl;
    const database = openDatabase({ url, name: 'other', logger, lockTimeoutMs: 20_000 });
    const other = new EventsRepository(database);
    const before = (await events.verify()).events;
    const what = (at: number): WhatHappened => {
      return { actor: `m:${at}`, action: 'client token issued', subject: 'x', outcome: 'done' };
    };
    const source = { network: null, requestId: null };
    const writes = Array.from({ length: 60 }, (_, at) =>
      (at % 2 ? events : other).record(what(at), source),
    );
    await Promise.allSettled(writes);
    await database.close();
    await Promise.all(writes);
    expect(await events.verify()).toMatchObject({ events: before + 60, problem: undefined });
  });

  it('is found broken by a row that was altered, removed or inserted', async () => {
    const own = await Identity.start();
    try {
      for (const name of ['Ann', 'Ben', 'Cem', 'Dee']) await own.signUp(name);
      const chain = new EventsRepository(own.database);
      const altering = async (sql: string) => {
        await own.rows('ALTER TABLE identity_events DISABLE TRIGGER ALL');
        await own.rows('CREATE TABLE kept AS TABLE identity_events');
        await own.rows(sql);
        const { problem } = await chain.verify();
        await own.rows('DELETE FROM identity_events');
        await own.rows('INSERT INTO identity_events TABLE kept');
        await own.rows('DROP TABLE kept');
        return problem;
      };
      const copy = (seq: number) =>
        `INSERT INTO identity_events SELECT ${seq}, at, actor, action, subject, outcome, network,
           request_id, previous_hash, hash FROM identity_events WHERE seq = 4`;
      expect(await altering(copy(5))).toBe('event 5 does not follow event 4');
      expect(await altering(copy(0))).toBe('event 1 is missing');
      const shifted = `UPDATE identity_events SET seq = -seq WHERE seq > 2;
        UPDATE identity_events SET seq = 1 - seq WHERE seq < 0; ${copy(3).replace('= 4', '= 2')}`;
      expect(await altering(shifted)).toBe('event 3 does not follow event 2');
      expect(await altering('DELETE FROM identity_events WHERE seq = 3')).toBe(
        'event 3 is missing',
      );
      const edit = `UPDATE identity_events SET outcome = 'refused' WHERE seq = 4`;
      expect(await altering(edit)).toBe('event 4 was altered');
      expect(await chain.verify()).toMatchObject({ events: 4, problem: undefined });
      const { head } = await chain.verify();
      expect(await altering('DELETE FROM identity_events WHERE seq = 4')).toBeUndefined();
      await own.rows('ALTER TABLE identity_events DISABLE TRIGGER ALL');
      await own.rows('DELETE FROM identity_events WHERE seq = 4');
      expect((await chain.verify(head)).problem).toBe('event 4 is missing');
    } finally {
      await own.close();
    }
  });

  it('cannot be altered by the role of the app', async () => {
    for (const change of [
      `UPDATE identity_events SET actor = 'x'`,
      'DELETE FROM identity_events',
      'TRUNCATE identity_events',
    ]) {
      await expect(identity.rows(change)).rejects.toThrow(/append-only/);
    }
  });
});
