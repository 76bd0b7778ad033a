import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  type AppProcess,
  type LocalIssuer,
  startApp,
  startIssuer,
  type TokenParts,
} from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ID = '01930000-0000-7000-8000-000000000001';
const LINE = { productId: '660facf7-b9cf-417a-8ee1-27afe2fb2c72', quantity: 2, price: '29.99' };
const ROUTES = [
  ['POST', '/api/checkout'],
  ['GET', `/api/checkout/orders/${ID}`],
  ['GET', `/api/sagas/${ID}`],
  ['GET', '/api/operations/sagas'],
  ['POST', `/api/operations/sagas/${ID}/compensate`],
  ['POST', '/api/products'],
] as const;

let inner: Upstream;
let issuer: LocalIssuer;
let foreign: LocalIssuer;
let gateway: AppProcess;
/** Of GUESTS=open. */
let open: AppProcess;

beforeAll(async () => {
  inner = await upstream((response) => sendJson(response, 200, { success: true }));
  [issuer, foreign] = await Promise.all([startIssuer(), startIssuer()]);
  const environment = {
    ORCHESTRATOR_URL: inner.url,
    INVENTORY_URL: inner.url,
    IDENTITY_URL: issuer.url,
    ISSUERS: foreign.url,
    ROLES_CLAIM: 'realm_access.roles',
  };
  [gateway, open] = await Promise.all([
    startApp(MAIN, { ...environment, GUESTS: 'token' }),
    startApp(MAIN, { ...environment, GUESTS: 'open' }),
  ]);
});
afterAll(async () => {
  await Promise.all([gateway.stop(), open.stop()]);
  await Promise.all([issuer.close(), foreign.close(), inner.close()]);
});
beforeEach(() => {
  inner.seen.length = 0;
});

interface Answer {
  status: number;
  code: unknown;
}

async function ask(
  method: string,
  path: string,
  token: string,
  body: object = { items: [LINE], reason: 'x' },
  at = gateway,
): Promise<Answer> {
  const isRead = method === 'GET';
  const response = await fetch(at.url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(!isRead && { 'content-type': 'application/json' }),
    },
    ...(!isRead && { body: JSON.stringify(body) }),
  });
  const { code } = (await response.json()) as { code?: unknown };
  return { status: response.status, code };
}

const nowS = () => Math.floor(Date.now() / 1000);
const segment = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const steppedUp = () => ({ auth_time: nowS(), amr: ['pwd', 'otp'] });
const goodClaims = () => ({
  iss: issuer.url,
  sub: 'user-123',
  aud: 'backstitch',
  client_id: 'backstitch',
  iat: nowS(),
  exp: nowS() + 600,
  roles: ['operator', 'customer', 'seller'],
  ...steppedUp(),
});

/** A token that no library would make. */
function unsigned(alg: string, signature = ''): string {
  const header = { alg, typ: 'at+jwt', kid: issuer.keys[0]!.kid };
  return `${segment(header)}.${segment(goodClaims())}.${signature}`;
}

function hmac(secret: string): Promise<string> {
  return issuer.token({
    claims: goodClaims(),
    header: { alg: 'HS256' },
    key: new TextEncoder().encode(secret),
  });
}

const made = (parts: TokenParts) => () =>
  issuer.token({ ...parts, claims: { ...goodClaims(), ...parts.claims } });

const BAD_TOKENS: readonly [string, () => Promise<string>][] = [
  ['alg none', async () => unsigned('none')],
  ['alg None', async () => unsigned('None')],
  ['alg NONE and some signature', async () => unsigned('NONE', 'AAAA')],
  ['an empty signature', async () => unsigned('ES256')],
  ['HS256 by the public key', () => hmac(JSON.stringify(issuer.keys[0]))],
  ['HS256 by the kid', () => hmac(issuer.keys[0]!.kid!)],
  ['a signature of another issuer', async () => foreign.token({ claims: { iss: issuer.url } })],
  ['a kid of a path', made({ header: { kid: '../../../etc/passwd' } })],
  ['a kid of SQL', made({ header: { kid: "' OR 1=1 --" } })],
  ['a kid of 8 KB', made({ header: { kid: 'k'.repeat(8_000) } })],
  ['a kid of a prototype', made({ header: { kid: '__proto__' } })],
  ['no kid', made({ header: { kid: undefined } })],
  ['the type of an ID token', made({ header: { typ: 'JWT' } })],
  ['no type', made({ header: { typ: undefined } })],
  ['the issuer with a slash', async () => made({ claims: { iss: `${issuer.url}/` } })()],
  ['an issuer of a prototype', made({ claims: { iss: '__proto__' } })],
  ['another audience', made({ claims: { aud: ['shop', 'till'] } })],
  ['no audience', made({ claims: { aud: undefined } })],
  ['an end 31 seconds ago', async () => made({ claims: { exp: nowS() - 31 } })()],
  ['an end beyond all times', made({ claims: { exp: 1e300 } })],
  ['no end', made({ claims: { exp: undefined } })],
  ['a begin in 60 seconds', async () => made({ claims: { nbf: nowS() + 60 } })()],
  ['an issue in 60 seconds', async () => made({ claims: { iat: nowS() + 60 } })()],
  ['a NUL in its subject', made({ claims: { sub: 'ann\u0000' } })],
  ['a line feed in its subject', made({ claims: { sub: 'ann\nroot' } })],
  ['half a surrogate pair as its subject', made({ claims: { sub: '\ud800' } })],
  ['an object as its subject', made({ claims: { sub: { id: 'ann' } } })],
  ['two parts only', async () => 'a.b'],
  ['five parts, as an encrypted one', async () => 'a.b.c.d.e'],
  ['a payload that is no object', async () => `${segment({ alg: 'ES256' })}.${segment([])}.AAAA`],
  ['a header that is no JSON', async () => 'e30x.e30.AAAA'],
];

describe('a bearer with', () => {
  it.each(BAD_TOKENS)('%s is 401 on each route that needs a token', async (_what, make) => {
    const token = await make();
    for (const [method, path] of ROUTES) {
      expect([path, await ask(method, path, token)]).toEqual([
        path,
        { status: 401, code: 'TOKEN_INVALID' },
      ]);
    }
    const asGuest = { userId: 'user-123', items: [LINE] };
    expect((await ask('POST', '/api/checkout', token, asGuest, open)).status).toBe(401);
    expect(inner.seen).toEqual([]);
  });

  it('any one byte changed is 401, and never a fault of the gateway', async () => {
    const token = await made({})();
    const statuses = new Map<number, number>();
    for (let at = 0; at < token.length; at += Math.ceil(token.length / 150)) {
      if (token[at] === '.') continue;
      const flipped = String.fromCodePoint(token.codePointAt(at)! ^ 1);
      const changed = token.slice(0, at) + flipped + token.slice(at + 1);
      const { status } = await ask('GET', `/api/sagas/${ID}`, changed);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect([...statuses.keys()]).toEqual([401]);
    expect(inner.seen).toEqual([]);
    expect((await ask('GET', `/api/sagas/${ID}`, token)).status).toBe(200);
  });

  it('an address of keys or a key in it is 401, and the address is not asked', async () => {
    const asked: string[] = [];
    const listener = createServer((request, response) => {
      asked.push(String(request.url));
      response.end(JSON.stringify({ keys: foreign.keys }));
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/keys`;
    for (const header of [{ jku: url }, { x5u: url }, { jwk: foreign.keys[0] }]) {
      for (const kid of [issuer.keys[0]!.kid, foreign.keys[0]!.kid, 'unknown']) {
        const token = await foreign.token({ claims: goodClaims(), header: { ...header, kid } });
        expect((await ask('GET', `/api/sagas/${ID}`, token)).status).toBe(401);
      }
    }
    expect(asked).toEqual([]);
    await new Promise((resolve) => listener.close(resolve));
  });
});

describe('a token that is good, and claims what it may not', () => {
  const asOperator = (token: string) => ask('GET', '/api/operations/sagas', token);

  it.each<[string, string]>([
    ['a text', '"operator"'],
    ['a text with commas', '"customer,operator"'],
    ['an object', '{"0":"operator","length":1}'],
    ['a list in a list', '[["operator"]]'],
    ['a list with an object', '["operator",{}]'],
    ['another case', '["OPERATOR"]'],
    ['a member of a prototype', '{"__proto__":["operator"]}'],
    ['true', 'true'],
  ])('has no role by a claim that is %s', async (_what, roles) => {
    const claims = { ...steppedUp(), roles: JSON.parse(roles) as unknown };
    const answer = await asOperator(await issuer.token({ claims }));
    expect(answer).toEqual({ status: 403, code: 'ACCESS_DENIED' });
    expect(inner.seen).toEqual([]);
  });

  it.each<[string, string]>([
    ['another claim than ROLES_CLAIM', '{"roles":["operator"]}'],
    ['the prototype of the claim', '{"realm_access":{"__proto__":{"roles":["operator"]}}}'],
    ['the prototype of the token', '{"__proto__":{"realm_access":{"roles":["operator"]}}}'],
    ['a text in the claim', '{"realm_access":{"roles":"operator"}}'],
    ['a text in place of the path', '{"realm_access":"operator"}'],
    ['a list in place of the path', '{"realm_access":[{"roles":["operator"]}]}'],
  ])('of another issuer has no role by %s', async (_what, text) => {
    const claims = { ...steppedUp(), ...(JSON.parse(text) as object) };
    const answer = await asOperator(await foreign.token({ claims }));
    expect(answer).toEqual({ status: 403, code: 'ACCESS_DENIED' });
  });

  it('of another issuer has the roles at ROLES_CLAIM', async () => {
    const claims = { ...steppedUp(), realm_access: { roles: ['operator'] } };
    expect((await asOperator(await foreign.token({ claims }))).status).toBe(200);
  });

  it.each(['constructor', '__proto__', 'toString', 'all', 'operations:act,operations:read'])(
    'of a machine has nothing by the scope %s',
    async (scope) => {
      const claims = { sub: 'till', client_id: 'till', scope };
      expect(await asOperator(await issuer.token({ claims }))).toEqual({
        status: 403,
        code: 'ACCESS_DENIED',
      });
    },
  );

  it.each([
    ['in milliseconds', () => nowS() * 1000],
    ['in an hour', () => nowS() + 3_600],
  ])('has no step-up by a time of the login %s', async (_what, authTime) => {
    const claims = { ...goodClaims(), auth_time: authTime() };
    const path = `/api/operations/sagas/${ID}/compensate`;
    const answer = await ask('POST', path, await issuer.token({ claims }));
    expect(answer).toEqual({ status: 403, code: 'STEP_UP_REQUIRED' });
    expect(inner.seen).toEqual([]);
  });

  it('forwards neither ids with control characters nor what it does not know', async () => {
    const odd = { jti: 'a\u0000b', sid: 'a\nb', scope: 'root orders:read', amr: ['otp', 'A'] };
    const token = await issuer.token({ claims: { ...goodClaims(), ...odd } });
    expect((await ask('GET', `/api/sagas/${ID}`, token)).status).toBe(200);
    const sent = inner.seen[0]!.headers['x-backstitch-caller']!.toString();
    const caller = JSON.parse(Buffer.from(sent, 'base64url').toString()) as object;
    expect(caller).not.toHaveProperty('tokenId');
    expect(caller).not.toHaveProperty('sid');
    expect(caller).toMatchObject({ scopes: ['orders:read'], amr: ['otp'] });
  });

  it('is forwarded with any number of scopes, and does not disturb another checkout', async () => {
    const scope = `checkout:write ${'s '.repeat(4_500)}`;
    const claims = { sub: 'till', client_id: 'till', scope };
    const big = await issuer.token({ claims });
    const other = await issuer.token();
    const placed = await Promise.all(
      [big, other, big, other].map((token) =>
        ask('POST', '/api/checkout', token, { items: [LINE] }),
      ),
    );
    // A batch is answered with a body that is no batch here, so the members may be sent singly.
    expect(placed.map(({ status }) => status)).not.toContain(431);
    const callers = inner.seen.map(({ headers }) => String(headers['x-backstitch-caller'] ?? ''));
    expect(Math.max(...callers.map((one) => one.length))).toBeLessThan(1_000);
  });
});
