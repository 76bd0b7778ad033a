import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  CALLER_HEADER,
  CALLER_LENGTH_MAX,
  COUNTERS_MAX,
  decodeCaller,
  EDGE_SYNC_PATH,
  EVERYTHING,
  REFUSED_MAX,
} from '@backstitch/auth';
import {
  type AppProcess,
  startApp,
  type TestDatabase,
  testDatabase,
  waitFor,
} from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';

const run = promisify(execFile);
const app = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const GATEWAY = app('api-gateway/dist/main.js');
const IDENTITY = app('identity-service/dist/main.js');
const MIGRATE = app('identity-service/dist/database/migrate.js');
const ISSUER = 'http://identity.example';
const SAGA = '/api/sagas/01930000-0000-7000-8000-000000000001';
const PUBLIC = '/api/products';
const PASSWORD = 'seven green umbrellas';

let stored: TestDatabase;
let pool: Pool;
let folder: string;
let upstream: Server;
let upstreamUrl: string;
/** The roles of the caller of the last request behind a gateway. */
let forwardedRoles: readonly string[] | undefined;
let identity: AppProcess;
let identityPort = '0';
const gateways: AppProcess[] = [];

beforeAll(async () => {
  const migrations = app('identity-service/migrations');
  const migrate = async (url: string) => {
    await run(process.execPath, [MIGRATE], { env: { PATH: process.env.PATH, DB_URL: url } });
  };
  stored = await testDatabase({ name: 'identity', migrate, migrations });
  pool = new Pool({ connectionString: stored.url });
  folder = await mkdtemp(join(tmpdir(), 'gateways-'));
  upstream = createServer(({ headers }, response) => {
    const caller = decodeCaller(headers[CALLER_HEADER]?.toString() ?? '');
    if (caller) forwardedRoles = caller.roles;
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"success":true,"log":[]}');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  upstreamUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  await startIdentity();
});
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((each) => each.stop()));
});
afterAll(async () => {
  await identity.stop();
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
  await pool.end();
  await stored.drop();
  await rm(folder, { recursive: true });
});

async function startIdentity(): Promise<void> {
  const [DB_URL, MAIL_FOLDER] = [stored.url, join(folder, 'mail')];
  identity = await startApp(IDENTITY, { PORT: identityPort, DB_URL, MAIL_FOLDER, ISSUER });
  identityPort = new URL(identity.url).port;
}

async function startGateway(settings: Record<string, string> = {}): Promise<AppProcess> {
  const IDENTITY_URL = `http://127.0.0.1:${identityPort}`;
  const urls = { ORCHESTRATOR_URL: upstreamUrl, INVENTORY_URL: upstreamUrl, IDENTITY_URL };
  const gateway = await startApp(GATEWAY, { ...urls, ISSUER, ...settings });
  gateways.push(gateway);
  return gateway;
}

/**
 * Waits until each gateway has applied the answer of a round that began after the call: until its
 * second round from now on has begun.
 */
async function roundOfEach(): Promise<void> {
  const seen = `SELECT gateway, synced_at FROM edge_gateways WHERE synced_at > $1::timestamptz`;
  let [{ mark }] = (await pool.query<{ mark: string }>('SELECT clock_timestamp()::text AS mark'))
    .rows as [{ mark: string }];
  for (let round = 0; round < 2; round += 1) {
    await waitFor('a round of each gateway', async () => {
      return (await pool.query(seen, [mark])).rows.length >= gateways.length;
    });
    const last = `SELECT max(synced_at)::text AS mark FROM (${seen}) rounds`;
    [{ mark }] = (await pool.query<{ mark: string }>(last, [mark])).rows as [{ mark: string }];
  }
}

const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

async function post(path: string, body: object, token?: string): Promise<Record<string, unknown>> {
  const response = await fetch(identity.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(token) },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

interface Person {
  email: string;
  token: string;
  refreshToken: string;
}

let people = 0;
async function logIn(email: string): Promise<Person> {
  const session = await post('/api/auth/login', { email, password: PASSWORD });
  const { accessToken, refreshToken } = session;
  return { email, token: String(accessToken), refreshToken: String(refreshToken) };
}
async function person(): Promise<Person> {
  people += 1;
  const email = `gateway-person${people}@shop.example`;
  await post('/api/auth/signup', { email, password: PASSWORD, name: 'Ann' });
  return logIn(email);
}

async function statusOf(
  gateway: AppProcess,
  path: string,
  token?: string,
  from = '',
): Promise<number> {
  const headers = { ...bearer(token), 'x-forwarded-for': from };
  return (await fetch(gateway.url + path, { headers })).status;
}

const update = (sql: string, { email }: Person) => pool.query(sql, [email]);

describe('the next request after the next round of a gateway', () => {
  it.each<[string, (person: Person) => Promise<unknown>]>([
    ['logged out', ({ refreshToken }) => post('/api/auth/logout', { refreshToken })],
    [
      'changed the password on another device',
      async ({ email }) => {
        const { token } = await logIn(email);
        const body = { currentPassword: PASSWORD, newPassword: 'eight green umbrellas' };
        await post('/api/me/password', body, token);
      },
    ],
    ['was disabled', (one) => update(`UPDATE users SET status = 'disabled' WHERE email = $1`, one)],
    ['was removed', (one) => update('DELETE FROM users WHERE email = $1', one)],
    [
      'had the key of the token revoked',
      () => pool.query(`UPDATE signing_keys SET state = 'revoked' WHERE state = 'active'`),
    ],
  ])('is 401 at each of them for a user who %s', async (_what, change) => {
    const [one, two] = await Promise.all([startGateway(), startGateway()]);
    const who = await person();
    for (const each of [one, two]) expect(await statusOf(each, SAGA, who.token)).toBe(200);
    await change(who);
    await roundOfEach();
    for (const each of [one, two]) expect(await statusOf(each, SAGA, who.token)).toBe(401);
    const other = await person();
    // A key that was made just now is read with the next round.
    const served = async () => (await statusOf(one, SAGA, other.token)) === 200;
    await waitFor('another user to be served', served);
  });

  it('is without the role that its user has lost', async () => {
    const gateway = await startGateway();
    const { email } = await person();
    const roles = 'UPDATE users SET roles = $2 WHERE email = $1';
    await pool.query(roles, [email, ['customer', 'seller']]);
    const { token } = await logIn(email);
    expect(await statusOf(gateway, SAGA, token)).toBe(200);
    expect(forwardedRoles).toEqual(['customer', 'seller']);
    await pool.query(roles, [email, ['customer', 'viewer']]);
    await roundOfEach();
    expect(await statusOf(gateway, SAGA, token)).toBe(200);
    expect(forwardedRoles).toEqual(['customer']);
  });
});

describe('three gateways with a limit of 60 requests a minute', () => {
  const settings = { RATE_LIMIT_PER_MINUTE: '60', TRUSTED_PROXIES: '127.0.0.1' };
  const [ROUNDS, EACH] = [8, 8];

  async function servedOf(gateway: AppProcess, times: number, from: string): Promise<number> {
    let served = 0;
    for (let n = 0; n < times; n += 1) {
      const status = await statusOf(gateway, PUBLIC, undefined, from);
      expect([200, 429]).toContain(status);
      if (status === 200) served += 1;
    }
    return served;
  }

  it('serve 60 of one address together, and at most what came between two rounds', async () => {
    const three = await Promise.all([1, 2, 3].map(() => startGateway(settings)));
    await roundOfEach();
    let served = 0;
    let last = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const counts = await Promise.all(three.map((each) => servedOf(each, EACH, '1.1.1.1')));
      last = counts.reduce((sum, count) => sum + count, 0);
      served += last;
      await roundOfEach();
    }
    expect(ROUNDS * EACH * three.length).toBeGreaterThan(180);
    expect(served).toBeGreaterThanOrEqual(60);
    expect(served).toBeLessThanOrEqual(80);
    expect(last).toBe(0);
    expect(await servedOf(three[0]!, 2, '2.2.2.2')).toBe(2);

    await identity.kill();
    for (const { log } of three) {
      await waitFor('identity-service to be missed', () =>
        Promise.resolve(log.some(({ msg }) => String(msg).startsWith('identity-service does not'))),
      );
    }
    const alone = await Promise.all(three.map((each) => servedOf(each, 25, '3.3.3.3')));
    expect(alone).toEqual([20, 20, 20]);
    await startIdentity();
  });
});

describe('while identity-service is away', () => {
  it('valid tokens are served, also by a gateway that starts with the file of keys', async () => {
    const JWKS_CACHE = join(folder, 'jwks.json');
    const running = await startGateway({ JWKS_CACHE });
    const { token } = await person();
    const { token: second } = await person();
    expect(await statusOf(running, SAGA, token)).toBe(200);
    await roundOfEach();
    await identity.kill();
    const missed = () =>
      running.log.some(({ msg }) => String(msg).startsWith('identity-service does not answer'));
    await waitFor('identity-service to be missed', () => Promise.resolve(missed()));
    for (const each of [token, second, token]) {
      expect(await statusOf(running, SAGA, each)).toBe(200);
    }
    const restarted = await startGateway({ JWKS_CACHE });
    expect(await statusOf(restarted, SAGA, token)).toBe(200);
    expect(await statusOf(restarted, SAGA, `${token.slice(0, -2)}AA`)).toBe(401);
    const without = await startGateway({ JWKS_CACHE: join(folder, 'none.json'), GUESTS: 'token' });
    expect(await statusOf(without, SAGA, token)).toBe(503);
    expect(await statusOf(without, PUBLIC)).toBe(200);
    expect(await statusOf(without, SAGA)).toBe(401);
    await startIdentity();
    await waitFor('the token to be served', async () => {
      return (await statusOf(without, SAGA, second)) === 200;
    });
  });
});

it('identity-service takes the largest edge-sync that a gateway may send', async () => {
  const call = {
    caller: '猫'.repeat(CALLER_LENGTH_MAX),
    code: 'ACCESS_DENIED',
    route: 'GET /api/admin/users',
    requestId: 'request-1',
  };
  const body = {
    gateway: randomUUID(),
    since: EVERYTHING,
    counters: Array.from({ length: COUNTERS_MAX }, (_, n) => [`k${n}`, 1, 60_000]),
    refused: Array.from({ length: REFUSED_MAX }, () => call),
  };
  const answer = await fetch(identity.url + EDGE_SYNC_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('"others":')]);
  const saved = 'SELECT count(*)::integer AS counters FROM edge_counters WHERE gateway = $1';
  const { rows } = await pool.query(saved, [body.gateway]);
  expect(rows).toEqual([{ counters: COUNTERS_MAX }]);
});
