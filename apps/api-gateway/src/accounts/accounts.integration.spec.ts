import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import {
  ACCESS_TABLE,
  CALLER_HEADER,
  decodeCaller,
  DEVELOPMENT_INTERNAL_KEYS,
  internalKeys,
  SIGNATURE_HEADER,
  signatureRefusal,
} from '@backstitch/auth';
import {
  type AppProcess,
  type LocalIssuer,
  startApp,
  startIssuer,
  waitFor,
} from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type SeenRequest, sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ID = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const KEYS = internalKeys(DEVELOPMENT_INTERNAL_KEYS);
/** What the gateway asks by itself. */
const OWN = ['/.well-known/jwks.json', '/internal/edge-sync', '/internal/introspect'];
const ROUTES = ACCESS_TABLE.filter(
  ({ app, route }) => app === 'identity-service' && route.startsWith('/api/'),
).map(({ method, route }) => [method, route] as const);

let issuer: LocalIssuer;
let identity: Upstream;
let gateway: AppProcess;
let admin: string;
let answering: (response: ServerResponse) => void;

beforeAll(async () => {
  issuer = await startIssuer();
  identity = await upstream((response, { url }) => {
    if (url === OWN[0]) return sendJson(response, 200, { keys: issuer.keys });
    if (url === OWN[1]) return sendJson(response, 503, {});
    if (url === OWN[2]) return sendJson(response, 200, { active: true, roles: ['admin'] });
    answering(response);
  });
  gateway = await startApp(MAIN, {
    IDENTITY_URL: identity.url,
    ISSUER: issuer.url,
    TRUSTED_PROXIES: '127.0.0.1',
    SERVICE_TIMEOUT_MS: '30000',
  });
  const claims = { sid: 's1', auth_time: Math.floor(Date.now() / 1000), amr: ['pwd', 'otp'] };
  admin = await issuer.token({ claims: { ...claims, client_id: 'backstitch', roles: ['admin'] } });
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([identity.close(), issuer.close()]);
});
beforeEach(() => {
  identity.seen.length = 0;
  answering = (response) => sendJson(response, 200, { it: 'answers' });
});

const seen = () => identity.seen.filter(({ url }) => !OWN.includes(url));

function ask(method: string, path: string, headers: Record<string, string> = {}, body?: unknown) {
  return fetch(gateway.url + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

function isSigned({ method, url, headers, body }: SeenRequest): boolean {
  const caller = headers[CALLER_HEADER]?.toString();
  const signature = headers[SIGNATURE_HEADER]?.toString();
  const request = { method, path: url, body, caller };
  return signatureRefusal(KEYS, request, signature, Date.now() / 1000) === undefined;
}

describe('a route of identity-service at the gateway', () => {
  it.each(ROUTES)('%s %s is forwarded, signed, with its body and query', async (method, route) => {
    const path = `${route.replace(':id', ID)}?limit=7`;
    const hasBody = method === 'POST' || method === 'PATCH';
    const body = hasBody ? { any: 'thing', deep: [1, null] } : undefined;
    const answer = await ask(method, path, { authorization: `Bearer ${admin}` }, body);
    expect([answer.status, await answer.json()]).toEqual([200, { it: 'answers' }]);
    const [request, ...more] = seen();
    expect(more).toEqual([]);
    expect(request).toMatchObject({ method, url: path });
    expect(request!.body).toBe(body === undefined ? '' : JSON.stringify(body));
    expect(request!.headers['authorization']).toBe(`Bearer ${admin}`);
    expect(isSigned(request!)).toBe(true);
  });

  it('gets the verified caller where a token is needed, and none where it is not', async () => {
    const forged = { [CALLER_HEADER]: 'forged', [SIGNATURE_HEADER]: 'forged' };
    await ask('GET', '/api/me', { authorization: `Bearer ${admin}`, ...forged });
    await ask('POST', '/api/auth/login', forged, {});
    const [me, login] = seen();
    const caller = decodeCaller(me!.headers[CALLER_HEADER]!.toString());
    expect(caller).toMatchObject({ kind: 'user', subject: 'user-123', roles: ['admin'] });
    expect(login!.headers).not.toHaveProperty(CALLER_HEADER);
    expect(seen().map(isSigned)).toEqual([true, true]);
  });

  it('is reached under the address that was decided on, however the client spells it', async () => {
    const answer = await ask('GET', '/%61pi/me', { authorization: `Bearer ${admin}` });
    expect(answer.status).toBe(200);
    expect(seen()[0]!.url).toBe('/api/me');
  });

  it.each([
    ['GET', '/api/me', 401, 'TOKEN_REQUIRED'],
    ['GET', '/api/admin/users', 401, 'TOKEN_REQUIRED'],
    ['DELETE', '/api/me/sessions/no-uuid', 400, 'VALIDATION_FAILED'],
  ])('%s %s is refused here with %i %s', async (method, path, status, code) => {
    const headers: Record<string, string> =
      status === 400 ? { authorization: `Bearer ${admin}` } : {};
    const answer = await ask(method, path, headers);
    expect([answer.status, await answer.json()]).toMatchObject([status, { code }]);
    expect(seen()).toEqual([]);
  });

  it('gets the refresh cookie and no other, with the page that sends it, and sets the next one', async () => {
    const set = '__Host-refresh=b; Path=/; HttpOnly; Secure; SameSite=Strict';
    answering = (response) =>
      sendJson(response, 200, {}, { 'set-cookie': set, 'cache-control': 'no-store' });
    const sent = { cookie: '__Host-refresh=a', origin: 'http://localhost:3000' };
    const all = { ...sent, cookie: `theme=dark; ${sent.cookie}; __Host-refresh-old=c` };
    const answer = await ask('POST', '/api/auth/refresh', all, {});
    expect(seen()[0]!.headers).toMatchObject(sent);
    expect(answer.headers.getSetCookie()).toEqual([set]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('answers a refusal with its challenge and its Retry-After', async () => {
    const headers = { 'www-authenticate': 'Bearer error="invalid_token"', 'retry-after': '900' };
    answering = (response) => sendJson(response, 429, { code: 'RATE_LIMITED' }, headers);
    const answer = await ask('POST', '/api/auth/login', {}, { email: 'a@b.c', password: 'x' });
    expect([answer.status, await answer.json()]).toEqual([429, { code: 'RATE_LIMITED' }]);
    for (const [name, value] of Object.entries(headers)) {
      expect(answer.headers.get(name)).toBe(value);
    }
  });

  it('answers 204 without a body', async () => {
    answering = (response) => response.writeHead(204).end();
    const answer = await ask('POST', '/api/auth/logout', {}, { refreshToken: 'x' });
    expect([answer.status, await answer.text()]).toEqual([204, '']);
  });

  it.each([
    ['that of the connection', undefined, '127.0.0.1'],
    ['the one that the proxy saw', '203.0.113.9', '203.0.113.9'],
    [
      'the one that the proxy saw, and not what the client says',
      '10.0.0.1, 203.0.113.9',
      '203.0.113.9',
    ],
  ])('is told the address of the client, %s', async (_what, forwardedFor, address) => {
    const headers: Record<string, string> = forwardedFor ? { 'x-forwarded-for': forwardedFor } : {};
    await ask('POST', '/api/auth/login', headers, {});
    expect(seen()[0]!.headers['x-forwarded-for']).toBe(address);
  });

  it('takes a body of 16 KB and no larger one', async () => {
    const around = JSON.stringify({ name: '' }).length;
    const sized = (bytes: number) =>
      ask('POST', '/api/auth/signup', {}, { name: 'x'.repeat(bytes - around) });
    expect((await sized(16_384)).status).toBe(200);
    const refused = await sized(16_385);
    expect([refused.status, await refused.json()]).toMatchObject([413, { code: 'BODY_TOO_LARGE' }]);
    expect(seen()).toHaveLength(1);
  });

  it('is in the OpenAPI document, with its body, and with the bearer scheme where it needs a token', async () => {
    const response = await fetch(`${gateway.url}/api/docs-json`);
    const { paths } = (await response.json()) as {
      paths: Record<string, Record<string, { requestBody?: unknown; security?: unknown[] }>>;
    };
    for (const [method, route] of ROUTES) {
      const entry = paths[route.replace(':id', '{id}')]?.[method.toLowerCase()];
      const needsToken = !route.startsWith('/api/auth/');
      expect([route, entry?.security]).toEqual([route, needsToken ? [{ bearer: [] }] : undefined]);
      const hasNoBody = method === 'GET' || method === 'DELETE' || /guest|reset$/.test(route);
      if (!hasNoBody) expect([route, entry?.requestBody]).toEqual([route, expect.anything()]);
    }
  });
});

describe('a gateway whose identity-service is away', () => {
  it('answers 503 on these routes, and is ready', async () => {
    const gone = 'http://127.0.0.1:1';
    const one = await startApp(MAIN, { IDENTITY_URL: gone, ISSUER: issuer.url });
    const login = await fetch(`${one.url}/api/auth/login`, { method: 'POST' });
    expect([login.status, await login.json()]).toMatchObject([503, { code: 'UNAVAILABLE' }]);
    expect(Number(login.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await fetch(`${one.url}/health/ready`)).status).toBe(200);
    const dependencies = await fetch(`${one.metricsUrl}/health/dependencies`);
    expect(await dependencies.json()).toMatchObject({
      dependencies: { 'identity-service': { status: 'down' } },
    });
    expect(await one.stop()).toBe(0);
  });

  it('says to operators that its keys were not read yet, until they are', async () => {
    let keys: LocalIssuer['keys'] = [];
    const late = await upstream((response, { url }) => {
      if (url === OWN[1]) {
        const kids = keys.map(({ kid }) => kid);
        const told = { subjects: [], gateways: 1, others: [] };
        return sendJson(response, 200, { next: '1', revokedSids: [], kids, ...told });
      }
      sendJson(response, 200, url === OWN[0] ? { keys } : { status: 'ok' });
    });
    const one = await startApp(MAIN, { IDENTITY_URL: late.url, ISSUER: issuer.url });
    const state = async () => {
      const answer = await fetch(`${one.metricsUrl}/health/dependencies`);
      const read = (await answer.json()) as { dependencies: Record<string, unknown> };
      return read.dependencies['identity-service'];
    };
    expect(await state()).toEqual({ status: 'down', why: 'its public keys were not read yet' });
    ({ keys } = issuer);
    await waitFor('the keys', async () => JSON.stringify(await state()) === '{"status":"up"}');
    expect(await one.stop()).toBe(0);
    await late.close();
  });

  it('has none of these routes where there is no identity-service', async () => {
    const one = await startApp(MAIN, {});
    const login = await fetch(`${one.url}/api/auth/login`, { method: 'POST' });
    expect([login.status, await login.json()]).toMatchObject([404, { code: 'ROUTE_NOT_FOUND' }]);
    expect(await one.stop()).toBe(0);
  });
});
