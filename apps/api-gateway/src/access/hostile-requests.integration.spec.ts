import { fileURLToPath } from 'node:url';
import {
  CALLER_HEADER,
  decodeCaller,
  DEVELOPMENT_INTERNAL_KEYS,
  encodeCaller,
  internalKeys,
  SIGNATURE_HEADER,
  signatureRefusal,
  signRequest,
  userId,
} from '@backstitch/auth';
import {
  type AppProcess,
  type LocalIssuer,
  sendRaw,
  startApp,
  startIssuer,
} from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ID = '01930000-0000-7000-8000-000000000001';
const LINE = { productId: '660facf7-b9cf-417a-8ee1-27afe2fb2c72', quantity: 2, price: '29.99' };
const BODY = JSON.stringify({ items: [LINE] });
const SHOP = 'https://shop.example';
const KEYS = internalKeys(DEVELOPMENT_INTERNAL_KEYS);
/** What the gateway sends to the orchestrator with a checkout, and nothing else. */
const SENT = [
  'connection',
  'content-length',
  'content-type',
  'host',
  CALLER_HEADER,
  SIGNATURE_HEADER,
  'x-request-id',
  'x-saga-id',
];

let inner: Upstream;
let issuer: LocalIssuer;
let gateway: AppProcess;
let customer: string;

beforeAll(async () => {
  inner = await upstream((response) => sendJson(response, 200, { success: true }));
  issuer = await startIssuer();
  gateway = await startApp(MAIN, {
    ORCHESTRATOR_URL: inner.url,
    INVENTORY_URL: inner.url,
    IDENTITY_URL: issuer.url,
    GUESTS: 'token',
    CORS_ORIGINS: SHOP,
  });
  customer = await issuer.token({ claims: { roles: ['customer'], exp: nowS() + 3_600 } });
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([issuer.close(), inner.close()]);
});
beforeEach(() => {
  inner.seen.length = 0;
});

const nowS = () => Math.floor(Date.now() / 1000);

async function raw(method: string, target: string, headers: readonly string[], body = '') {
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: shop', 'Connection: close', ...headers];
  if (body) lines.push('Content-Type: application/json', `Content-Length: ${body.length}`);
  const { answers } = await sendRaw(gateway.url, `${lines.join('\r\n')}\r\n\r\n${body}`);
  return answers[0]!;
}

const authorization = () => `Authorization: Bearer ${customer}`;

/** A caller and a signature that an app behind the gateway would believe. */
function forgery(): { caller: string; signature: string } {
  const subject = 'root';
  const id = userId(issuer.url, subject);
  const roles = ['operator' as const];
  const caller = encodeCaller({ id, kind: 'user', issuer: issuer.url, subject, roles, scopes: [] });
  const request = { method: 'POST', path: '/checkout', body: BODY, caller };
  return { caller, signature: signRequest(KEYS, request, nowS()) };
}

describe('headers of the apps, sent by a client', () => {
  it.each<[string, () => string[]]>([
    [
      'in lower case',
      () => [
        `${CALLER_HEADER}: ${forgery().caller}`,
        `${SIGNATURE_HEADER}: ${forgery().signature}`,
      ],
    ],
    [
      'in upper case',
      () => [
        `${CALLER_HEADER.toUpperCase()}: ${forgery().caller}`,
        `${SIGNATURE_HEADER.toUpperCase()}: ${forgery().signature}`,
      ],
    ],
    [
      'twice',
      () => [`${CALLER_HEADER}: ${forgery().caller}`, `${CALLER_HEADER}: ${forgery().caller}`],
    ],
    ['with blanks around', () => [`${CALLER_HEADER}:  \t ${forgery().caller} \t `]],
    ['with underscores', () => [`x_backstitch_caller: ${forgery().caller}`]],
    [
      'named in Connection',
      () => [
        `Connection: ${CALLER_HEADER}, ${SIGNATURE_HEADER}, x-saga-id, close`,
        `${CALLER_HEADER}: ${forgery().caller}`,
      ],
    ],
    [
      'with those of a saga',
      () => [`x-saga-id: ${ID}`, 'x-replay-only: true', 'x-request-id: mine'],
    ],
    [
      'with those of a proxy',
      () => ['X-Forwarded-User: root', 'X-Original-URL: /api/operations', 'X-User-Id: root'],
    ],
  ])('%s reach no app', async (_what, headers) => {
    const answer = await raw('POST', '/api/checkout', [authorization(), ...headers()], BODY);
    expect(answer.status).toBe(200);
    const [{ headers: sent, method, url, body }] = inner.seen as [Upstream['seen'][number]];
    expect(Object.keys(sent).filter((name) => !SENT.includes(name))).toEqual([]);
    expect(sent['x-saga-id']).not.toBe(ID);
    expect(sent['x-request-id']).not.toBe('mine');
    const header = sent[CALLER_HEADER]!.toString();
    expect(decodeCaller(header)).toMatchObject({ subject: 'user-123', roles: ['customer'] });
    const request = { method, path: url, body, caller: header };
    const covered = { 'x-saga-id': sent['x-saga-id']!.toString() };
    const given = sent[SIGNATURE_HEADER]!.toString();
    expect(signatureRefusal(KEYS, { ...request, headers: covered }, given, nowS())).toBe(undefined);
  });

  it('alone are no token', async () => {
    const headers = [
      `${CALLER_HEADER}: ${forgery().caller}`,
      `${SIGNATURE_HEADER}: ${forgery().signature}`,
    ];
    expect((await raw('POST', '/api/checkout', headers, BODY)).status).toBe(401);
    expect((await raw('GET', '/api/operations/sagas', headers)).status).toBe(401);
    expect(inner.seen).toEqual([]);
  });
});

const OPERATIONS = '/api/operations/sagas';
const TRICKS: readonly [method: string, target: string][] = [
  ['GET', '/%61pi/operations/sagas'],
  ['GET', '/api/%6fperations/sagas'],
  ['GET', '/api/operations%2fsagas'],
  ['GET', '//api/operations/sagas'],
  ['GET', '/api//operations/sagas'],
  ['GET', '/api/operations/sagas/'],
  ['GET', '/api/operations/sagas//'],
  ['GET', '/API/operations/sagas'],
  ['GET', '/api/products/../operations/sagas'],
  ['GET', '/api/products/%2e%2e/operations/sagas'],
  ['GET', '/api/products/..%2foperations/sagas'],
  ['GET', '/api/./operations/sagas'],
  ['GET', '/api/operations/sagas;a=b'],
  ['GET', '/api/operations/sagas%00'],
  ['GET', '/api/operations/sagas%3fa'],
  ['GET', '/api/operations/sagas?/api/products'],
  ['GET', '/api/operations/sagas#/api/products'],
  ['GET', '/api/docs/../operations/sagas'],
  ['GET', '/api/docs-json/../operations/sagas'],
  ['GET', '/health/../api/operations/sagas'],
  ['GET', '/problems/..%2f..%2fapi%2foperations%2fsagas'],
  ['GET', 'http://shop/api/operations/sagas'],
  ['GET', 'HTTP://shop:80/%61pi/operations/sagas'],
  ['GET', 'https://health/live/api/operations/sagas'],
  ['HEAD', OPERATIONS],
  ['OPTIONS', OPERATIONS],
  ['POST', OPERATIONS],
  ['PUT', `${OPERATIONS}/${ID}/compensate`],
  ['GET', `${OPERATIONS}/${ID}/compensate`],
  ['POST', `${OPERATIONS}/${ID}%2fcompensate`],
  ['POST', `/%61pi/operations/sagas/${ID}/compensate`],
  ['POST', `/api/operations/dead-letters/..%2fsagas/replay`],
  ['PATCH', `/api/products/${ID}`],
  ['PATCH', `/api/products/${ID}/`],
  ['DELETE', `//api/products/${ID}`],
  ['POST', '/api/products/../products'],
  ['TRACE', OPERATIONS],
  ['get', OPERATIONS],
];

describe('another spelling of a route', () => {
  it.each(TRICKS)('%s %s is not served to a customer', async (method, target) => {
    const answer = await raw(method, target, [authorization()], method === 'POST' ? '{}' : '');
    expect([400, 403, 404, 405]).toContain(answer.status);
    expect(inner.seen).toEqual([]);
  });

  it.each(TRICKS)('%s %s is not served without a token', async (method, target) => {
    const answer = await raw(method, target, [], method === 'POST' ? '{}' : '');
    expect([400, 401, 404, 405]).toContain(answer.status);
    expect(inner.seen).toEqual([]);
  });

  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])(
    'by %s is not served',
    async (name) => {
      const headers = [authorization(), `${name}: POST`];
      await raw('GET', `/api/sagas/${ID}`, headers);
      expect(inner.seen.map(({ method }) => method)).toEqual(['GET']);
    },
  );

  it('of the batches of an orchestrator is not found at the gateway', async () => {
    for (const target of ['/api/checkout/batch', '/checkout/batch', '/checkout']) {
      const answer = await raw('POST', target, [authorization()], '[]');
      expect([target, answer.status]).toEqual([target, 404]);
    }
    expect(inner.seen).toEqual([]);
  });
});

describe('a body that names a caller', () => {
  it.each([
    JSON.stringify({ items: [LINE], caller: { id: 'u:x:root' } }),
    JSON.stringify({ items: [{ ...LINE, caller: 'u:x:root' }] }),
    `{"items":[],"__proto__":{"userId":"root"}}`,
    JSON.stringify([{ headers: {}, caller: { id: 'u:x:root' }, body: { items: [LINE] } }]),
  ])('is refused: %s', async (body) => {
    expect((await raw('POST', '/api/checkout', [authorization()], body)).status).toBe(400);
    expect(inner.seen).toEqual([]);
  });
});

describe('a page of another origin', () => {
  const headersFor = async (origin: string, more: readonly string[] = [], method = 'GET') => {
    const answer = await raw(method, `/api/sagas/${ID}`, [`Origin: ${origin}`, ...more]);
    const names = Object.keys(answer.headers).filter((name) => name.startsWith('access-control'));
    return { status: answer.status, headers: answer.headers, names };
  };

  it('may read a refusal when its origin is allowed, and never with cookies', async () => {
    const { status, headers } = await headersFor(SHOP);
    expect(status).toBe(401);
    expect(headers['access-control-allow-origin']).toBe(SHOP);
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    expect(headers['vary']).toMatch(/origin/i);
  });

  it.each([
    'https://evil.example',
    'null',
    `${SHOP}.evil.example`,
    `${SHOP}:8443`,
    'http://shop.example',
  ])('may read nothing when it is %s', async (origin) => {
    expect((await headersFor(origin)).names).toEqual([]);
    const preflight = ['Access-Control-Request-Method: GET'];
    expect((await headersFor(origin, preflight, 'OPTIONS')).names).toEqual([]);
  });
});
