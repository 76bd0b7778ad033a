import { fileURLToPath } from 'node:url';
import {
  type AppProcess,
  type LocalIssuer,
  sendRaw,
  startApp,
  startIssuer,
  waitFor,
} from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const SAGA = '/api/sagas/01930000-0000-7000-8000-000000000001';
const PUBLIC = '/api/products';
const GUEST = '0190b3a2-0000-7000-8000-000000000001';

let orchestrator: Upstream;
let issuer: LocalIssuer;
let gateway: AppProcess;
beforeAll(async () => {
  orchestrator = await upstream((response) => sendJson(response, 200, { success: true, log: [] }));
  issuer = await startIssuer();
});
afterAll(() => Promise.all([orchestrator.close(), issuer.close()]));
afterEach(() => gateway.stop());

async function start(settings: Record<string, string>): Promise<void> {
  gateway = await startApp(MAIN, {
    ORCHESTRATOR_URL: orchestrator.url,
    INVENTORY_URL: orchestrator.url,
    ISSUERS: issuer.url,
    ROLES_CLAIM: 'roles',
    ...settings,
  });
}

const tokenOf = (sub: string, claims = {}) => issuer.token({ claims: { sub, ...claims } });

async function ask(path: string, token?: string): Promise<number> {
  const headers: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` };
  return (await fetch(gateway.url + path, { headers })).status;
}

async function askTimes(times: number, path: string, token?: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < times; n += 1) statuses.push(await ask(path, token));
  return statuses;
}

describe('a user with a token', () => {
  it('has a limit of its own, for all its tokens and in any spelling of an address', async () => {
    await start({ USER_RATE_LIMIT_PER_MINUTE: '3' });
    const [ann, again, bob] = await Promise.all([
      tokenOf('ann'),
      tokenOf('ann', { jti: '2' }),
      tokenOf('bob'),
    ]);
    expect(await askTimes(2, SAGA, ann)).toEqual([200, 200]);
    expect(await askTimes(2, SAGA, again)).toEqual([200, 429]);
    for (const path of [PUBLIC, '/%61pi/checkout', '/nothing', '/api/products/']) {
      expect(`${path}: ${await ask(path, ann)}`).toBe(`${path}: 429`);
    }
    const line = `GET http://x${PUBLIC} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n`;
    const { answers } = await sendRaw(gateway.url, `${line}Authorization: Bearer ${ann}\r\n\r\n`);
    expect(answers[0]!.status).toBe(429);
    expect(await ask(SAGA, bob)).toBe(200);
    expect(await ask(PUBLIC)).toBe(200);
    expect(await ask('/health/live', ann)).toBe(200);
  });

  it('is told its limit, and when to come back', async () => {
    await start({ USER_RATE_LIMIT_PER_MINUTE: '1' });
    const authorization = `Bearer ${await tokenOf('ann')}`;
    await fetch(gateway.url + SAGA, { headers: { authorization } });
    const answer = await fetch(gateway.url + SAGA, { headers: { authorization } });
    const body = (await answer.json()) as { code: string; detail: string };
    expect(body).toMatchObject({
      code: 'RATE_LIMITED',
      detail: 'At most 1 requests a minute are served to one user.',
    });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const line = await waitFor('the line in the log', () =>
      Promise.resolve(gateway.log.find(({ reason }) => reason === 'rate limit')),
    );
    expect(line).toMatchObject({ caller: `u:${issuer.url}:ann` });
  });

  it('is not limited as a guest, also with a token that was never seen before', async () => {
    await start({ GUEST_RATE_LIMIT_PER_MINUTE: '2' });
    for (const sub of ['ann', 'bob', 'eve']) {
      expect(await askTimes(2, SAGA, await tokenOf(sub))).toEqual([200, 200]);
    }
    expect(await askTimes(3, PUBLIC)).toEqual([200, 200, 429]);
    expect(await askTimes(2, SAGA, await tokenOf('new'))).toEqual([200, 200]);
  });

  it('has the same limit as an operator', async () => {
    await start({ USER_RATE_LIMIT_PER_MINUTE: '2', GUEST_RATE_LIMIT_PER_MINUTE: '1' });
    for (const role of ['customer', 'operator', 'viewer']) {
      const token = await tokenOf(role, { roles: [role] });
      expect(await askTimes(3, SAGA, token)).toEqual([200, 200, 429]);
    }
  });
});

describe('a machine', () => {
  it('has a limit of its own by its client', async () => {
    await start({ MACHINE_RATE_LIMIT_PER_MINUTE: '2', USER_RATE_LIMIT_PER_MINUTE: '1' });
    for (const sub of ['till-1', 'till-2']) {
      const token = await tokenOf(sub, { client_id: sub, scope: 'orders:read' });
      expect(await askTimes(3, SAGA, token)).toEqual([200, 200, 429]);
    }
  });
});

describe('the limit of an address without a valid token', () => {
  it.each([
    ['no token', undefined, SAGA, 200],
    ['a token that is refused', 'a.b.c', SAGA, 401],
    ['a token that no route reads', 'a.b.c', PUBLIC, 200],
    ['a token for an unknown address', 'a.b.c', '/nothing', 404],
    ['a token for an unreadable address', 'a.b.c', '/api/%zz', 404],
  ])('counts requests with %s', async (_what, token, path, status) => {
    await start({ GUEST_RATE_LIMIT_PER_MINUTE: '2' });
    expect(await askTimes(4, path, token)).toEqual([status, status, 429, 429]);
    expect(await ask(PUBLIC)).toBe(429);
    expect(await ask(SAGA, await tokenOf('ann'))).toBe(200);
  });

  it('counts checkouts with any userId in their bodies', async () => {
    await start({ GUEST_RATE_LIMIT_PER_MINUTE: '3' });
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      const answer = await fetch(`${gateway.url}/api/checkout`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ userId: `user-${n}`, email: `${n}@x.example` }),
      });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([400, 400, 400, 429]);
  });

  it('counts guests with tokens, of which they can have any number', async () => {
    await start({
      GUEST_RATE_LIMIT_PER_MINUTE: '2',
      ISSUERS: '',
      IDENTITY_URL: issuer.url,
    });
    const statuses: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const sub = GUEST.slice(0, -1) + n;
      statuses.push(await ask(SAGA, await tokenOf(sub, { client_id: 'guest' })));
    }
    expect(statuses).toEqual([200, 200, 429]);
  });
});

describe('the limit of all requests of an address', () => {
  it('counts those of users, too', async () => {
    await start({ RATE_LIMIT_PER_MINUTE: '2', USER_RATE_LIMIT_PER_MINUTE: '100' });
    expect(await askTimes(3, SAGA, await tokenOf('ann'))).toEqual([200, 200, 429]);
  });
});
