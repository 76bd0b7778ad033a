import { EVERYTHING } from '@backstitch/auth';
import { createLogger } from '@backstitch/service-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { steppedUp } from '../testing/authenticator.js';
import { Gateway } from '../testing/gateway.js';
import { Identity } from '../testing/identity.js';
import { EdgeSyncRepository } from './edge-sync.repository.js';

const logger = createLogger({ app: 'test', level: 'silent' });

let identity: Identity;
beforeAll(async () => {
  identity = await Identity.start();
});
afterAll(() => identity.close());

async function person() {
  const email = await identity.signUp();
  return { ...(await identity.session(email)), email };
}

describe('the counters of gateways', () => {
  it('are summed up for each gateway without its own', async () => {
    const [a, b, c] = [new Gateway(identity), new Gateway(identity), new Gateway(identity)];
    await a.sync([['x', 5, 60_000]]);
    expect((await b.sync([['x', 7, 60_000]])).others).toEqual([['x', 5]]);
    const { others, gateways } = await c.sync([['y', 1, 60_000]]);
    expect(others).toEqual([['x', 12]]);
    expect(gateways).toBeGreaterThanOrEqual(3);
    expect((await a.sync([['x', 6, 60_000]])).others).toEqual([
      ['x', 7],
      ['y', 1],
    ]);
    expect((await c.sync()).others).toEqual([['x', 13]]);
  });

  it('are forgotten when their window is over', async () => {
    const [a, b] = [new Gateway(identity), new Gateway(identity)];
    await a.sync([['z', 5, 0]]);
    expect((await b.sync()).others).not.toContainEqual(['z', 5]);
  });

  it('of a gateway that is gone count until their window is over, and the gateway does not', async () => {
    const [gone, left] = [new Gateway(identity), new Gateway(identity)];
    await gone.sync([['gone', 5, 60_000]]);
    const { gateways } = await left.sync();
    const age = `UPDATE edge_gateways SET synced_at = now() - interval '6 s' WHERE gateway = $1`;
    await identity.rows(age, [gone.id]);
    const after = await left.sync();
    expect(after.gateways).toBe(gateways - 1);
    expect(after.others).toContainEqual(['gone', 5]);
  });

  it('are removed with old revocations, and nothing else is', async () => {
    const gateway = await Gateway.synced(identity);
    const { sessionId } = await person();
    await identity.ask('POST', '/internal/edge-sync', {
      body: {
        gateway: gateway.id,
        since: EVERYTHING,
        counters: [
          ['old', 1, 0],
          ['new', 1, 60_000],
        ],
      },
    });
    await identity.rows(`UPDATE sessions SET revoked_at = now() WHERE id = $1`, [sessionId]);
    await identity.rows(`UPDATE revocations SET at = at - interval '2 h' WHERE key <> $1`, [
      sessionId,
    ]);
    await new EdgeSyncRepository(identity.database, logger).clean();
    const keys = await identity.rows<{ key: string }>(
      'SELECT key FROM revocations UNION ALL SELECT key FROM edge_counters WHERE gateway = $1',
      [gateway.id],
    );
    expect(keys.map(({ key }) => key)).toEqual([sessionId, 'new']);
  });
});

describe('introspection', () => {
  const introspect = async (token: string) =>
    (await identity.ask('POST', '/internal/introspect', { body: { token } })).body;

  it('says the roles that an account has now, and nothing after its session ended', async () => {
    const { accessToken: token, email, refreshToken } = await person();
    await identity.rows(`UPDATE users SET roles = '{viewer}' WHERE email = $1`, [email]);
    expect(await introspect(token)).toMatchObject({ active: true, roles: ['viewer'] });
    await identity.ask('POST', '/api/auth/logout', { body: { refreshToken } });
    expect(await introspect(token)).toEqual({ active: false });
    expect(await introspect('x')).toEqual({ active: false });
  });

  it('says nothing of a machine that was disabled', async () => {
    const { token } = await steppedUp(identity, ['admin']);
    const body = { scopes: ['operations:read'] };
    const { body: made } = await identity.ask('POST', '/api/admin/clients', { token, body });
    const { clientId, secret } = made as { clientId: string; secret: string };
    const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret };
    const given = await identity.ask('POST', '/api/auth/token', { body: grant });
    const machine = String(given.body.access_token);
    expect(await introspect(machine)).toMatchObject({ active: true, scope: 'operations:read' });
    await identity.ask('DELETE', `/api/admin/clients/${clientId}`, { token });
    expect(await introspect(machine)).toEqual({ active: false });
  });
});

describe('a request for edge-sync', () => {
  it.each([{}, { sinceMs: 0 }, [], { gateway: 'g', since: '0', counters: [] }])(
    'that is %j is refused',
    async (body) => {
      const { status } = await identity.ask('POST', '/internal/edge-sync', { body });
      expect(status).toBe(400);
    },
  );
});
