import {
  CALLER_HEADER,
  type Caller,
  callerJson,
  encodeCaller,
  internalKeys,
  SIGNATURE_HEADER,
  signRequest,
  userId,
} from '@backstitch/auth';
import { encodeBatchedCheckout, encodeCheckoutBatch, newUuid } from '@backstitch/shared-types';
import { type AppProcess, sendRaw } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Orchestrators } from './testing/orchestrators.js';

const ISSUER = 'https://id.example';
const KEY = `now:${Buffer.alloc(32, 1).toString('base64url')}`;
const OLD_KEY = `old:${Buffer.alloc(32, 2).toString('base64url')}`;
const FOREIGN_KEY = `now:${Buffer.alloc(32, 3).toString('base64url')}`;
const BODY = JSON.stringify({
  userId: 'ana',
  items: [{ productId: '660facf7-b9cf-417a-8ee1-27afe2fb2c72', quantity: 1, price: '29.99' }],
});

let shop: Orchestrators;
let one: AppProcess;
beforeAll(async () => {
  shop = await Orchestrators.prepare();
  const keys = { INTERNAL_KEYS: `${KEY},${OLD_KEY}` };
  const OPS_TOKEN = 'a-token-of-thirty-two-characters';
  const settings = { NODE_ENV: 'production', METRICS_PORT: '0', OPS_TOKEN, ...keys };
  one = await shop.ready(
    await shop.start({ ...settings, REPLY_TIMEOUT_MS: '15000', STEP_DEADLINE_MS: '60000' }),
  );
});
afterAll(() => shop.close());

const user = (subject: string, roles: Caller['roles']): Caller => ({
  id: userId(ISSUER, subject),
  kind: 'user',
  issuer: ISSUER,
  subject,
  roles,
  scopes: [],
  tokenId: 'jti-7',
  amr: ['pwd', 'otp'],
  authTimeS: Math.floor(Date.now() / 1000),
});
const ANA = user('ana', ['customer']);
const OLGA = user('olga', ['operator']);

interface Signing {
  method?: string;
  path?: string;
  body?: string;
  caller?: Caller | undefined;
  /** The headers that the signature covers. */
  headers?: Record<string, string>;
  keys?: string;
  agoS?: number;
}

/** The headers of a request that a gateway signed so. */
function signed({
  method = 'POST',
  path = '/checkout',
  body = method === 'POST' ? BODY : '',
  caller = ANA,
  headers = {},
  keys = KEY,
  agoS = 0,
}: Signing = {}): Record<string, string> {
  const header = encodeCaller(caller);
  const atS = Date.now() / 1000 - agoS;
  const request = { method, path, body, caller: header, headers };
  return {
    ...headers,
    [CALLER_HEADER]: header,
    [SIGNATURE_HEADER]: signRequest(internalKeys(keys), request, atS),
  };
}

/** A signed request that loses one of its headers on the way. */
function without(name: string): Record<string, string> {
  const { [name]: _lost, ...rest } = signed({ headers: { [name]: '"k"' } });
  return rest;
}

async function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(one.url + path, {
    method,
    headers: {
      prefer: 'respond-async',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text) as Record<string, unknown> };
}

const recorded = async () => (await shop.query('SELECT FROM saga_state')).length;
const INVALID = { status: 401, body: { code: 'SIGNATURE_INVALID' } };

describe('an orchestrator in production', () => {
  it('has no chaos settings, also with a token and for an operator', async () => {
    for (const method of ['GET', 'DELETE']) {
      const headers = signed({ method, path: '/chaos', caller: OLGA });
      const answer = await send(method, '/chaos', headers);
      expect(answer).toMatchObject({ status: 404, body: { code: 'ROUTE_NOT_FOUND' } });
    }
  });

  it('serves what a gateway signed with any of the keys', async () => {
    for (const keys of [KEY, OLD_KEY]) {
      const placed = await send('POST', '/checkout', signed({ keys }), BODY);
      expect(placed).toMatchObject({ status: 202 });
      const path = `/sagas/${String(placed.body.sagaId)}`;
      const read = await send('GET', path, signed({ method: 'GET', path, keys }));
      expect(read).toMatchObject({ status: 200, body: { sagaId: placed.body.sagaId } });
    }
  });

  // R61
  it.each<[string, Record<string, string>, string?]>([
    ['without a signature', {}],
    ['with a caller and no signature', { [CALLER_HEADER]: encodeCaller(OLGA) }],
    ['with another body', signed(), BODY.replace('"quantity":1', '"quantity":9')],
    ['with another caller', { ...signed(), [CALLER_HEADER]: encodeCaller(OLGA) }],
    ['that was signed for another path', signed({ path: '/checkout?a=1' })],
    ['that was signed for another method', signed({ method: 'PUT', body: BODY })],
    ['that was signed 61 seconds ago', signed({ agoS: 61 })],
    ['that was signed in the future', signed({ agoS: -65 })],
    ['of another key', signed({ keys: FOREIGN_KEY })],
    ['with a saga id that was not signed', { ...signed(), 'x-saga-id': newUuid() }],
    [
      'with another saga id',
      { ...signed({ headers: { 'x-saga-id': newUuid() } }), 'x-saga-id': newUuid() },
    ],
    ['with a key that was not signed', { ...signed(), 'idempotency-key': '"k"' }],
    ['without the key that was signed', without('idempotency-key')],
    ['with something else', { [SIGNATURE_HEADER]: 'valid' }],
  ])('records no checkout %s', async (_what, headers, body = BODY) => {
    const before = await recorded();
    expect(await send('POST', '/checkout', headers, body)).toMatchObject(INVALID);
    expect(await recorded()).toBe(before);
  });

  it('records a repeat of a signed checkout within its time once', async () => {
    const body = BODY.replace('"quantity":1', '"quantity":3');
    const headers = signed({ body, headers: { 'x-saga-id': newUuid() } });
    const before = await recorded();
    const answers = [];
    for (let n = 0; n < 3; n += 1) answers.push(await send('POST', '/checkout', headers, body));
    expect(new Set(answers.map(({ body: { sagaId } }) => sagaId)).size).toBe(1);
    expect(await recorded()).toBe(before + 1);
  });

  it.each<[string, (caller: string, signature: string) => string[]]>([
    ['the caller twice', (caller, mac) => [caller, caller, mac]],
    ['another caller in front', (caller, mac) => [`${CALLER_HEADER}: e30`, caller, mac]],
    ['the signature twice', (caller, mac) => [caller, mac, mac]],
    ['a signature for another in front', (caller, mac) => [caller, `${SIGNATURE_HEADER}: x`, mac]],
    ['the caller in another header', (caller, mac) => [caller.replaceAll('-', '_'), mac]],
    ['no caller', (_caller, mac) => [mac]],
  ])('refuses %s', async (_what, linesOf) => {
    const path = '/sagas';
    const headers = signed({ method: 'GET', path, caller: OLGA });
    const [caller, mac] = [CALLER_HEADER, SIGNATURE_HEADER].map((name) => {
      return `${name}: ${headers[name]}`;
    });
    const lines = [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...linesOf(caller!, mac!)];
    const { answers } = await sendRaw(one.url, `${lines.join('\r\n')}\r\n\r\n`);
    expect(answers[0]).toMatchObject({ status: 401 });
    const good = [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', caller!.toUpperCase().slice(0, 19)];
    good[2] += caller!.slice(19);
    const read = await sendRaw(one.url, `${[...good, mac!].join('\r\n')}\r\n\r\n`);
    expect(read.answers[0]).toMatchObject({ status: 200 });
  });

  it.each(['/%73agas', '//sagas', '/sagas/', '/sagas?limit=1', 'http://127.0.0.1/sagas'])(
    'refuses %s with the signature of /sagas',
    async (target) => {
      const headers = signed({ method: 'GET', path: '/sagas', caller: OLGA });
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
      const head = [`GET ${target} HTTP/1.1`, 'Host: 127.0.0.1', ...lines];
      const { answers } = await sendRaw(one.url, `${head.join('\r\n')}\r\n\r\n`);
      // Without a route it is not found, whoever asks.
      expect([401, 404]).toContain(answers[0]!.status);
    },
  );

  it('refuses an unsigned body before it reads it', async () => {
    const head = 'POST /checkout HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n';
    const { answers } = await sendRaw(one.url, `${head}Content-Length: 1000\r\n\r\n{`);
    expect(answers[0]!.status).toBe(401);
  });

  it('refuses a changed body that is no JSON by its signature', async () => {
    expect(await send('POST', '/checkout', signed(), '{"userId":')).toMatchObject(INVALID);
  });

  it.each(['/sagas', '/dead-letters', `/sagas/${newUuid()}`, `/orders/${newUuid()}`])(
    'answers GET %s only when it is signed',
    async (path) => {
      expect(await send('GET', path, {})).toMatchObject(INVALID);
      const answer = await send('GET', path, signed({ method: 'GET', path, caller: OLGA }));
      expect([200, 404, 503]).toContain(answer.status);
    },
  );

  it('does not answer to a foreign host', async () => {
    const [answer] = (await sendRaw(one.url, 'GET /sagas HTTP/1.1\r\nHost: evil.example\r\n\r\n'))
      .answers;
    expect(answer!.status).toBe(421);
  });

  it('answers probes without a signature', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      expect(await send('GET', path, {})).toMatchObject({ status: 200 });
    }
  });

  it('asks the access table about the caller that the signature covers', async () => {
    const path = '/dead-letters';
    const denied = await send('GET', path, signed({ method: 'GET', path }));
    expect(denied).toMatchObject({ status: 403, body: { code: 'ACCESS_DENIED' } });
  });

  // R59
  it('reads the callers of a signed batch, and demands them', async () => {
    const path = '/checkout/batch';
    const another = BODY.replace('"quantity":1', '"quantity":2');
    const members = [ANA, undefined, OLGA].map((caller) =>
      encodeBatchedCheckout({ prefer: 'respond-async' }, another, caller && callerJson(caller)),
    );
    const body = encodeCheckoutBatch(members);
    const before = await recorded();
    const answer = await fetch(one.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signed({ path, body }) },
      body,
    });
    const text = await answer.text();
    expect(text).toContain('"status":202');
    expect(text).toContain('TOKEN_REQUIRED');
    expect(text).toContain('ACCESS_DENIED');
    expect(await recorded()).toBe(before + 1);
  });

  it('records an action with the caller and the token that the signature covers', async () => {
    const sagaId = newUuid();
    const path = `/sagas/${sagaId}/retry`;
    const body = JSON.stringify({ reason: 'the bank answers again' });
    const answer = await send('POST', path, signed({ path, body, caller: OLGA }), body);
    expect(answer).toMatchObject({ status: 404, body: { code: 'SAGA_NOT_FOUND' } });
    const rows = await shop.query(
      `SELECT operator, caller, token_id, outcome FROM operator_actions
       WHERE subject_id = '${sagaId}'`,
    );
    expect(rows).toEqual([
      { operator: 'olga', caller: OLGA.id, token_id: 'jti-7', outcome: 'refused' },
    ]);
    const other = JSON.stringify({ reason: 'x', operator: 'eve' });
    const named = await send('POST', path, signed({ path, body: other, caller: OLGA }), other);
    expect(named).toMatchObject({ status: 400, body: { errors: [{ field: 'operator' }] } });
  });

  it('demands a one-time password of the last 15 minutes for an action', async () => {
    const path = `/sagas/${newUuid()}/retry`;
    const body = JSON.stringify({ reason: 'x' });
    const late = { ...OLGA, authTimeS: OLGA.authTimeS! - 16 * 60 };
    const answer = await send('POST', path, signed({ path, body, caller: late }), body);
    expect(answer).toMatchObject({ status: 403, body: { code: 'STEP_UP_REQUIRED' } });
  });
});
