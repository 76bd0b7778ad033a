import { fileURLToPath } from 'node:url';
import {
  CALLER_HEADER,
  type Caller,
  decodeCaller,
  DEVELOPMENT_INTERNAL_KEYS,
  internalKeys,
  SIGNATURE_HEADER,
  signatureRefusal,
} from '@backstitch/auth';
import {
  type AppProcess,
  type LocalIssuer,
  sendRaw,
  startApp,
  startIssuer,
} from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type SeenRequest, sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ORDER = '01930000-0000-7000-8000-000000000001';
const GUEST = '0190b3a2-0000-7000-8000-000000000001';
const LINE = { productId: '660facf7-b9cf-417a-8ee1-27afe2fb2c72', quantity: 2, price: '29.99' };
const CART = { userId: 'user-123', items: [LINE] };
const KEYS = internalKeys(DEVELOPMENT_INTERNAL_KEYS);

let orchestrator: Upstream;
let issuer: LocalIssuer;
let open: AppProcess;
let token: AppProcess;
let off: AppProcess;

beforeAll(async () => {
  orchestrator = await upstream((response) => sendJson(response, 200, { success: true }));
  issuer = await startIssuer();
  const start = (GUESTS: string) =>
    startApp(MAIN, {
      ORCHESTRATOR_URL: orchestrator.url,
      INVENTORY_URL: orchestrator.url,
      IDENTITY_URL: issuer.url,
      GUESTS,
    });
  [open, token, off] = await Promise.all([start('open'), start('token'), start('off')]);
});
afterAll(async () => {
  await Promise.all([open, token, off].map((one) => one.stop()));
  await issuer.close();
  await orchestrator.close();
});
beforeEach(() => {
  orchestrator.seen.length = 0;
});

interface Answer {
  status: number;
  code: unknown;
  challenge: string | null;
}

async function ask(
  one: AppProcess,
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
  const answer = await fetch(one.url + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const { code } = (await answer.json()) as { code?: unknown };
  return { status: answer.status, code, challenge: answer.headers.get('www-authenticate') };
}

const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
const checkout = (one: AppProcess, headers: Record<string, string> = {}, body: object = CART) =>
  ask(one, 'POST', '/api/checkout', { headers, body });

/** The caller of a forwarded request, whose signature is verified. */
function callerIn({ method, url, headers, body }: SeenRequest): Caller | undefined {
  const caller = headers[CALLER_HEADER]?.toString();
  const signature = headers[SIGNATURE_HEADER]?.toString();
  const sagaId = headers['x-saga-id']?.toString();
  const covered = sagaId === undefined ? {} : { 'x-saga-id': sagaId };
  const request = { method, path: url, body, caller, headers: covered };
  expect(signatureRefusal(KEYS, request, signature, Date.now() / 1000)).toBeUndefined();
  return caller === undefined ? undefined : decodeCaller(caller);
}

describe('a request without a token', () => {
  it('is served as an open caller while GUESTS=open', async () => {
    expect((await checkout(open)).status).toBe(200);
    expect((await ask(open, 'GET', `/api/checkout/orders/${ORDER}`)).status).toBe(200);
    expect((await ask(open, 'GET', `/api/sagas/${ORDER}`)).status).toBe(200);
    expect(orchestrator.seen.map((one) => callerIn(one)?.id)).toEqual(['o:user-123', 'o:', 'o:']);
  });

  it.each([
    ['POST', '/api/checkout'],
    ['GET', `/api/checkout/orders/${ORDER}`],
    ['GET', `/api/sagas/${ORDER}`],
    ['GET', '/api/sagas/no-uuid'],
  ])('is 401 with a challenge for %s %s unless GUESTS=open', async (method, path) => {
    for (const one of [token, off]) {
      expect(await ask(one, method, path)).toEqual({
        status: 401,
        code: 'TOKEN_REQUIRED',
        challenge: 'Bearer realm="backstitch"',
      });
    }
    expect(orchestrator.seen).toEqual([]);
  });

  it('is refused before its body is read', async () => {
    const head = 'POST /api/checkout HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
    const { answers } = await sendRaw(token.url, `${head}Content-Length: 1000\r\n\r\n{`);
    expect(answers[0]!.status).toBe(401);
    expect((await checkout(token, {}, { bad: 1 })).status).toBe(401);
  });

  it('may read the catalogue and the health in each mode', async () => {
    for (const one of [open, token, off]) {
      expect((await ask(one, 'GET', '/api/products')).status).toBe(200);
      expect((await ask(one, 'GET', '/health/live')).status).toBe(200);
    }
    expect(orchestrator.seen.map((one) => callerIn(one))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('does not become one with a token in the query', async () => {
    const path = `/api/sagas/${ORDER}?access_token=${await issuer.token()}`;
    expect((await ask(token, 'GET', path)).status).toBe(401);
  });
});

describe('a request with a token', () => {
  it('is forwarded with its caller and a signature; a checkout without the session', async () => {
    const claims = { roles: ['customer'], sid: 's1' };
    const headers = bearer(await issuer.token({ claims }));
    expect((await checkout(token, headers)).status).toBe(200);
    expect((await ask(token, 'GET', `/api/sagas/${ORDER}`, { headers })).status).toBe(200);
    const caller = { id: `u:${issuer.url}:user-123`, roles: ['customer'] };
    const [ofCheckout, ofRead] = orchestrator.seen.map((one) => callerIn(one));
    expect(ofCheckout).toMatchObject(caller);
    expect(ofCheckout).not.toHaveProperty('sid');
    expect(ofRead).toMatchObject({ ...caller, sid: 's1' });
  });

  it('may leave out the userId, which is then the subject', async () => {
    const headers = bearer(await issuer.token({ claims: { sub: GUEST, client_id: 'guest' } }));
    expect((await checkout(token, headers, { items: [LINE] })).status).toBe(200);
    expect(JSON.parse(orchestrator.seen[0]!.body)).toEqual({ userId: GUEST, items: [LINE] });
    expect(callerIn(orchestrator.seen[0]!)?.id).toBe(`g:${GUEST}`);
    expect((await checkout(open, {}, { items: [LINE] })).code).toBe('VALIDATION_FAILED');
  });

  it('has no caller but the one of its token, whatever headers its client sends', async () => {
    const forged = Buffer.from('{"id":"u:x:root"}').toString('base64url');
    const headers = {
      ...bearer(await issuer.token()),
      [CALLER_HEADER]: forged,
      [SIGNATURE_HEADER]: 'kid=development,t=1,mac=x',
      'x-caller': 'root',
      'x-caller-mac': 'x',
      'x-user-id': 'root',
    };
    expect((await checkout(token, headers)).status).toBe(200);
    expect(callerIn(orchestrator.seen[0]!)?.subject).toBe('user-123');
    const sent = Object.keys(orchestrator.seen[0]!.headers);
    expect(sent.filter((name) => /^x-(caller|user)/.test(name))).toEqual([]);
  });

  it('has a caller for each checkout that is forwarded in one batch', async () => {
    const tokens = await Promise.all(
      ['ann', 'bob', 'eve'].map((sub) => issuer.token({ claims: { sub } })),
    );
    const bodies = await Promise.all(
      tokens.map((each) => checkout(token, bearer(each), { items: [LINE] })),
    );
    expect(bodies).toHaveLength(3);
    const subjects = orchestrator.seen.flatMap((one) => {
      if (one.url === '/checkout') return [callerIn(one)?.subject];
      expect(callerIn(one)).toBeUndefined();
      return (JSON.parse(one.body) as { caller: Caller }[]).map(({ caller }) => caller.subject);
    });
    expect(new Set(subjects)).toEqual(new Set(['ann', 'bob', 'eve']));
  });

  it.each([
    ['garbage', 'Bearer garbage'],
    ['no token', 'Bearer'],
    ['nothing', ''],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['two tokens in one header', 'Bearer a.b.c, Bearer a.b.c'],
  ])('is 401 with %s, also while GUESTS=open', async (_name, authorization) => {
    for (const one of [open, token]) {
      const answer = await checkout(one, { authorization });
      expect(answer).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
      expect(answer.challenge).toContain('error="invalid_token"');
    }
    expect(orchestrator.seen).toEqual([]);
  });

  it('that has expired is 401 and not a guest, while GUESTS=open', async () => {
    const exp = Math.floor(Date.now() / 1000) - 60;
    const headers = bearer(await issuer.token({ claims: { exp, iat: exp - 600 } }));
    expect((await checkout(open, headers)).code).toBe('TOKEN_INVALID');
    const read = await ask(open, 'GET', `/api/sagas/${ORDER}`, { headers });
    expect(read.code).toBe('TOKEN_INVALID');
  });

  it('is 400 with two Authorization headers, and 431 with 20 KB', async () => {
    const header = `Authorization: Bearer ${await issuer.token()}\r\n`;
    const head = `GET /api/sagas/${ORDER} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n`;
    const twice = await sendRaw(open.url, `${head}${header}${header}\r\n`);
    expect(twice.answers[0]!.status).toBe(400);
    const long = `Authorization: Bearer ${'a'.repeat(20_000)}\r\n`;
    expect((await sendRaw(open.url, `${head}${long}\r\n`)).answers[0]!.status).toBe(431);
  });

  it.each([
    ['operator', 403],
    ['admin', 403],
    ['viewer', 403],
    ['customer', 200],
    ['seller', 200],
  ])('of the role %s may place an order: %i', async (role, status) => {
    const headers = bearer(await issuer.token({ claims: { roles: [role] } }));
    expect((await checkout(token, headers)).status).toBe(status);
  });

  it('of a machine needs the scope', async () => {
    const claims = { sub: 'till', client_id: 'till', scope: 'orders:read' };
    const headers = bearer(await issuer.token({ claims }));
    const refused = await checkout(token, headers, { items: [LINE] });
    expect(refused).toMatchObject({ status: 403, code: 'ACCESS_DENIED' });
    expect(refused.challenge).toContain('insufficient_scope');
    const read = await ask(token, 'GET', `/api/checkout/orders/${ORDER}`, { headers });
    expect(read.status).toBe(200);
  });

  it('of a guest is 403 while GUESTS=off', async () => {
    const headers = bearer(await issuer.token({ claims: { sub: GUEST, client_id: 'guest' } }));
    expect((await checkout(off, headers)).code).toBe('ACCESS_DENIED');
  });
});
