import { createLogger } from '@backstitch/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { steppedUp } from '../testing/authenticator.js';
import { Gateway } from '../testing/gateway.js';
import { Identity, PASSWORD, type Session } from '../testing/identity.js';
import { EdgeSyncRepository } from './edge-sync.repository.js';

const logger = createLogger({ app: 'test', level: 'silent' });

let identity: Identity;
beforeAll(async () => {
  identity = await Identity.start();
});
beforeEach(() => {
  identity.aheadMs = 0;
});
afterAll(() => identity.close());

const userId = async (email: string): Promise<string> => {
  const [row] = await identity.rows<{ id: string }>('SELECT id FROM users WHERE email = $1', [
    email,
  ]);
  return row!.id;
};

interface Person extends Session {
  email: string;
  id: string;
}

async function person(): Promise<Person> {
  const email = await identity.signUp();
  return { ...(await identity.session(email)), email, id: await userId(email) };
}

describe('edge-sync names the session', () => {
  it.each<[string, (person: Person) => Promise<unknown>]>([
    [
      'that its owner has left',
      ({ refreshToken }) => identity.ask('POST', '/api/auth/logout', { body: { refreshToken } }),
    ],
    [
      'whose refresh token was used again',
      async ({ refreshToken }) => {
        await identity.refresh(refreshToken);
        identity.aheadMs = 11_000;
        await identity.refresh(refreshToken);
      },
    ],
    [
      'of another device whose owner has changed the password',
      async ({ email }) => {
        const { accessToken: token } = await identity.session(email);
        const body = { currentPassword: PASSWORD, newPassword: 'eight green umbrellas' };
        await identity.ask('POST', '/api/me/password', { token, body });
      },
    ],
    [
      'of an account that was disabled',
      async ({ id }) => {
        const { token } = await steppedUp(identity, ['admin']);
        const body = { status: 'disabled' };
        await identity.ask('PATCH', `/api/admin/users/${id}`, { token, body });
      },
    ],
    [
      'of an account that was removed',
      ({ id }) => identity.rows('DELETE FROM users WHERE id = $1', [id]),
    ],
  ])('%s, once', async (_what, end) => {
    const one = await person();
    const gateway = await Gateway.synced(identity);
    await end(one);
    expect((await gateway.sync()).revokedSids).toContain(one.sessionId);
    await gateway.nothingNew();
    expect((await new Gateway(identity).sync()).revokedSids).toContain(one.sessionId);
  });
});

describe('edge-sync names the subject', () => {
  it('whose roles were changed, with the roles of now', async () => {
    const { id } = await person();
    const gateway = await Gateway.synced(identity);
    for (const roles of ['{viewer}', '{seller}']) {
      await identity.rows('UPDATE users SET roles = $2 WHERE id = $1', [id, roles]);
    }
    const { subjects } = await gateway.sync();
    expect(subjects.map(({ subject, roles }) => [subject, roles])).toEqual([
      [id, ['seller']],
      [id, ['seller']],
    ]);
  });

  it.each([
    ['disabled', `UPDATE users SET status = 'disabled' WHERE id = $1`],
    ['removed', 'DELETE FROM users WHERE id = $1'],
  ])(
    'that was %s, without roles, also for a token of a clock that is ahead',
    async (_what, sql) => {
      const { id } = await person();
      const gateway = await Gateway.synced(identity);
      const nowS = Date.now() / 1000;
      await identity.rows(sql, [id]);
      const [subject] = (await gateway.sync()).subjects;
      expect(subject).toEqual({ subject: id, issuedBeforeS: expect.any(Number) });
      expect(subject!.issuedBeforeS).toBeGreaterThan(nowS + 30);
    },
  );

  it('that is a machine and was disabled', async () => {
    const { token } = await steppedUp(identity, ['admin']);
    const made = await identity.ask('POST', '/api/admin/clients', {
      token,
      body: { scopes: ['orders:read'] },
    });
    const { clientId } = made.body as { clientId: string };
    const gateway = await Gateway.synced(identity);
    await identity.ask('DELETE', `/api/admin/clients/${clientId}`, { token });
    expect((await gateway.sync()).subjects).toMatchObject([{ subject: clientId }]);
  });

  it('never for what takes nothing back', async () => {
    const { email, accessToken: token, refreshToken } = await person();
    const gateway = await Gateway.synced(identity);
    await identity.ask('PATCH', '/api/me', { token, body: { name: 'Zoë' } });
    await identity.refresh(refreshToken);
    await identity.session(email);
    expect(await gateway.sync()).toMatchObject({ revokedSids: [], subjects: [] });
  });
});

describe('edge-sync misses nothing', () => {
  const END = 'UPDATE sessions SET revoked_at = now() WHERE id = $1';

  it('that commits after a later change was told', async () => {
    const [early, late] = [await person(), await person()];
    const gateway = await Gateway.synced(identity);
    const connection = await identity.database.pool.connect();
    try {
      await connection.query('BEGIN');
      await connection.query(END, [early.sessionId]);
      await identity.rows(END, [late.sessionId]);
      expect((await gateway.sync()).revokedSids).toEqual([late.sessionId]);
      await connection.query('COMMIT');
    } finally {
      connection.release();
    }
    expect((await gateway.sync()).revokedSids).toContain(early.sessionId);
    await gateway.nothingNew();
  });

  it('when the clock of the database was set back', async () => {
    const { sessionId } = await person();
    const gateway = await Gateway.synced(identity);
    await identity.rows(END, [sessionId]);
    await identity.rows(`UPDATE revocations SET at = at - interval '10 minutes' WHERE key = $1`, [
      sessionId,
    ]);
    expect((await gateway.sync()).revokedSids).toEqual([sessionId]);
  });

  it('when a gateway knows a later begin than the database', async () => {
    const { sessionId } = await person();
    await identity.rows(END, [sessionId]);
    const gateway = new Gateway(identity);
    gateway.since = '9000000000000000000';
    expect((await gateway.sync()).revokedSids).toContain(sessionId);
  });

  it('in pages, also when one commits between them', async () => {
    const repository = new EdgeSyncRepository(identity.database, logger, 2);
    const gateway = await Gateway.synced(identity);
    const people = await Promise.all(Array.from({ length: 5 }, person));
    const late = await person();
    const connection = await identity.database.pool.connect();
    await connection.query('BEGIN');
    await connection.query(END, [late.sessionId]);
    for (const { sessionId } of people) {
      await identity.rows(END, [sessionId]);
    }
    const request = { gateway: gateway.id, since: gateway.since, counters: [] };
    const first = await repository.sync(request);
    await connection.query('COMMIT');
    connection.release();
    const seen = [...first.revokedSids];
    for (let page = first; page.more !== undefined; ) {
      page = await repository.sync({ ...request, after: page.more });
      expect(page.revokedSids.length).toBeLessThanOrEqual(2);
      seen.push(...page.revokedSids);
    }
    const next = await repository.sync({ ...request, since: first.next });
    const all = new Set([...seen, ...next.revokedSids]);
    expect(all).toEqual(new Set([...people, late].map(({ sessionId }) => sessionId)));
  });

  it('but what is older than any token that is valid', async () => {
    const { sessionId } = await person();
    await identity.rows(END, [sessionId]);
    const age = `UPDATE revocations SET at = at - interval '16 minutes' WHERE key = $1`;
    await identity.rows(age, [sessionId]);
    expect((await new Gateway(identity).sync()).revokedSids).not.toContain(sessionId);
  });
});

describe('the keys that edge-sync names', () => {
  it('are those that are not revoked, at once', async () => {
    const gateway = await Gateway.synced(identity);
    const { kids } = await gateway.sync();
    expect(kids).toHaveLength(1);
    const insert = `INSERT INTO signing_keys (kid, alg, public_jwk, sealed, state)
      SELECT 'other', alg, public_jwk, sealed, 'retired' FROM signing_keys LIMIT 1`;
    await identity.rows(insert);
    expect((await gateway.sync()).kids).toEqual([...kids, 'other'].sort());
    await identity.rows(`UPDATE signing_keys SET state = 'revoked' WHERE kid = 'other'`);
    expect((await gateway.sync()).kids).toEqual(kids);
  });
});
