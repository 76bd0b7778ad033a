import { encodeCaller, openCaller } from '@backstitch/auth';
import { fileURLToPath } from 'node:url';
import { type AppProcess, startApp, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { type SeenRequest, sendJson, type Upstream, upstream } from './testing/upstream.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const MOUSE = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const ORDER = '01930000-0000-7000-8000-000000000001';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const cart = (part: object = {}, line: object = {}) => ({
  userId: 'user-123',
  items: [{ productId: MOUSE, quantity: 2, price: '29.99', ...line }],
  ...part,
});

type Answering = (response: ServerResponse, request: SeenRequest) => void;
const placed: Answering = (response) => sendJson(response, 200, { success: true });

let answering: Answering = placed;
let orchestrator: Upstream;
let gateway: AppProcess;

beforeAll(async () => {
  orchestrator = await upstream((response, request) => answering(response, request));
  gateway = await startApp(MAIN, {
    ORCHESTRATOR_URL: orchestrator.url,
    INVENTORY_URL: orchestrator.url,
    ORDER_URL: orchestrator.url,
    ORCHESTRATOR_TIMEOUT_MS: '2000',
    SERVICE_TIMEOUT_MS: '2000',
  });
});
afterAll(async () => {
  await gateway.stop();
  await orchestrator.close();
});
beforeEach(() => {
  answering = placed;
  orchestrator.seen.length = 0;
});

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function post(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${gateway.url}/api/checkout`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await jsonOf(response) };
}

async function get(path: string): Promise<Answer> {
  const response = await fetch(`${gateway.url}${path}`);
  return { status: response.status, headers: response.headers, body: await jsonOf(response) };
}

async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}

const fieldsOf = ({ body }: Answer) =>
  ((body.errors ?? []) as { field: string }[]).map(({ field }) => field);

describe('a checkout through the gateway', () => {
  it('is forwarded with its key, a new saga id and a new request id', async () => {
    const answer = await post(cart(), {
      'x-request-id': 'request-1',
      'idempotency-key': 'order-1',
    });
    await post(cart(), { 'idempotency-key': '"order-1"', prefer: 'respond-async' });
    const [first, second] = orchestrator.seen;
    expect(first).toMatchObject({
      method: 'POST',
      url: '/checkout',
      headers: {
        'x-request-id': answer.headers.get('x-request-id'),
        'x-saga-id': expect.stringMatching(UUID),
        'idempotency-key': '"order-1"',
      },
    });
    expect(JSON.parse(first!.body)).toEqual(cart());
    expect(second!.headers).toMatchObject({
      'idempotency-key': '"order-1"',
      prefer: 'respond-async',
    });
    expect(second!.headers['x-saga-id']).not.toBe(first!.headers['x-saga-id']);
  });

  it('is forwarded as that of the open caller of its userId, whatever caller the client sends', async () => {
    await post(cart(), { 'x-backstitch-caller': encodeCaller(openCaller('another')) });
    const caller = encodeCaller(openCaller('user-123'));
    expect(orchestrator.seen).toMatchObject([{ headers: { 'x-backstitch-caller': caller } }]);
  });

  it('has a new request id, and logs the request id of its client separately', async () => {
    const given = { 'x-request-id': 'the-id-of-another-request' };
    const answer = await post(cart(), given);
    const requestId = answer.headers.get('x-request-id');
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    const line = await waitFor('the log line', () =>
      gateway.log.find((one) => one.msg === 'request' && one.requestId === requestId),
    );
    expect(line).toMatchObject({ clientRequestId: 'the-id-of-another-request' });
    expect(gateway.log.filter((one) => one.requestId === given['x-request-id'])).toEqual([]);
  });

  it('ignores a saga id of its client', async () => {
    await post(cart(), { 'x-saga-id': ORDER });
    expect(orchestrator.seen[0]!.headers['x-saga-id']).not.toBe(ORDER);
  });

  it('returns the answer with the headers for the client', async () => {
    answering = (response) =>
      sendJson(
        response,
        409,
        { code: 'CHECKOUT_IN_PROGRESS' },
        {
          'content-type': 'application/problem+json',
          location: `/api/sagas/${ORDER}`,
          'retry-after': '2',
          'idempotent-replayed': 'true',
          'x-saga-id': ORDER,
          'x-order-id': ORDER,
        },
      );
    const answer = await post(cart());
    expect(answer).toMatchObject({ status: 409, body: { code: 'CHECKOUT_IN_PROGRESS' } });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/problem+json',
      location: `/api/sagas/${ORDER}`,
      'retry-after': '2',
      'idempotent-replayed': 'true',
    });
    const id = answer.headers.get('x-request-id');
    const line = await waitFor('the log line of the checkout', () =>
      gateway.log.find(({ msg, requestId }) => msg === 'request' && requestId === id),
    );
    expect(line).toMatchObject({ sagaId: ORDER, orderId: ORDER });
  });

  it('without an answer in time is OUTCOME_UNKNOWN with a Location', async () => {
    answering = () => undefined;
    const answer = await post(cart());
    const sagaId = orchestrator.seen[0]!.headers['x-saga-id'];
    expect(answer).toMatchObject({ status: 503, body: { code: 'OUTCOME_UNKNOWN', sagaId } });
    expect(answer.headers.get('location')).toBe(`/api/sagas/${String(sagaId)}`);
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('has its ids in every log line, also without an answer', async () => {
    answering = () => undefined;
    const requestId = (await post(cart())).headers.get('x-request-id');
    const sagaId = orchestrator.seen[0]!.headers['x-saga-id'];
    const lines = () => gateway.log.filter((line) => line.requestId === requestId);
    await waitFor('the lines', () => lines().some(({ msg }) => msg === 'request'));
    expect(lines()).toMatchObject(
      ['an orchestrator did not answer', 'a request could not be served now', 'request'].map(
        (msg) => ({ msg, requestId, sagaId }),
      ),
    );
  });
});

const json = 'application/json';

describe('a malformed checkout', () => {
  const line = (part: object) => cart({}, part);
  const many = Array.from({ length: 300 }, () => cart().items[0]);

  //  what is wrong          the body                                         the field named
  it.each([
    ['no userId', cart({ userId: undefined }), 'userId'],
    ['an empty userId', cart({ userId: '' }), 'userId'],
    ['a long userId', cart({ userId: 'u'.repeat(101) }), 'userId'],
    ['a control character', cart({ userId: 'user\u0000' }), 'userId'],
    ['a userId that is no text', cart({ userId: 7 }), 'userId'],
    ['no items', cart({ items: undefined }), 'items'],
    ['empty items', cart({ items: [] }), 'items'],
    ['101 items', cart({ items: many.slice(0, 101) }), 'items'],
    ['30 KB of items', cart({ items: many }), 'items'],
    ['a userId of blanks', cart({ userId: '   ' }), 'userId'],
    ['a userId of a zero-width space', cart({ userId: '\u200b' }), 'userId'],
    ['items that are no list', cart({ items: 'all' }), 'items'],
    ['an unknown property', cart({ coupon: 'X' }), 'coupon'],
    ['an unknown property of a line', line({ gift: true }), 'items.0.gift'],
    ['a productId that is no UUID', line({ productId: '7' }), 'items.0.productId'],
    ['quantity 0', line({ quantity: 0 }), 'items.0.quantity'],
    ['quantity 1.5', line({ quantity: 1.5 }), 'items.0.quantity'],
    ['quantity 1001', line({ quantity: 1001 }), 'items.0.quantity'],
    ['quantity "2"', line({ quantity: '2' }), 'items.0.quantity'],
    ['no price', line({ price: undefined }), 'items.0.price'],
    ['price "1e3"', line({ price: '1e3' }), 'items.0.price'],
    ['price "-1"', line({ price: '-1' }), 'items.0.price'],
    ['price -1', line({ price: -1 }), 'items.0.price'],
    ['price "29.999"', line({ price: '29.999' }), 'items.0.price'],
    ['price 0', line({ price: 0 }), 'items.0.price'],
    ['price 10000000', line({ price: 10_000_000 }), 'items.0.price'],
    [
      'two prices',
      cart({ items: [...cart().items, ...line({ price: 1 }).items] }),
      'items.1.price',
    ],
  ])('with %s is 400, names the field and is not forwarded', async (_name, body, field) => {
    const answer = await post(body);
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', success: false, statusCode: 400 },
    });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(fieldsOf(answer)).toEqual([field]);
    expect(orchestrator.seen).toEqual([]);
  });

  it.each([
    ['invalid JSON', '{"userId":', 'application/json', 'MALFORMED_BODY'],
    ['10,000 empty lines', `{"items":[${'{},'.repeat(10_000)}{}]}`, json, 'MALFORMED_BODY'],
    ['no body', '', 'application/json', 'MALFORMED_BODY'],
    ['a wrong content type', JSON.stringify(cart()), 'text/plain', 'UNSUPPORTED_CONTENT_TYPE'],
    ['a list for a body', '[]', 'application/json', 'MALFORMED_BODY'],
    ['null for a body', 'null', 'application/json', 'MALFORMED_BODY'],
    ['a text for a body', '"x"', 'application/json', 'MALFORMED_BODY'],
    ['a number for a body', '5', 'application/json', 'MALFORMED_BODY'],
  ])('with %s is 400 and is not forwarded', async (_name, body, type, code) => {
    const answer = await post(body, { 'content-type': type });
    expect(answer).toMatchObject({ status: 400, body: { code } });
    expect(orchestrator.seen).toEqual([]);
  });

  it('over 32 KB is 413 and is not forwarded', async () => {
    const answer = await post(cart({ items: Array.from({ length: 4 }, () => many).flat() }));
    expect(answer).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
    expect(orchestrator.seen).toEqual([]);
  });

  it.each(['', 'k'.repeat(256), '"never closed', '"  "'])('with the key %p is 400', async (key) => {
    const answer = await post(cart(), { 'idempotency-key': key });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_IDEMPOTENCY_KEY' } });
    expect(orchestrator.seen).toEqual([]);
  });
});

describe('a query through the gateway', () => {
  it.each([
    [`/api/checkout/orders/${ORDER}`, `/orders/${ORDER}`],
    [`/api/sagas/${ORDER.toUpperCase()}`, `/sagas/${ORDER}`],
    ['/api/products', '/products'],
  ])('for %s is forwarded as %s', async (path, forwarded) => {
    expect(await get(path)).toMatchObject({ status: 200, body: { success: true } });
    expect(orchestrator.seen).toMatchObject([{ method: 'GET', url: forwarded }]);
  });

  it.each(['/api/checkout/orders/7', '/api/sagas/7'])(
    'for %s is 400 and is not forwarded',
    async (path) => {
      expect(await get(path)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
      expect(orchestrator.seen).toEqual([]);
    },
  );

  it('without an answer is 503 with Retry-After', async () => {
    answering = () => undefined;
    const answer = await get('/api/products');
    expect(answer).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(answer.headers.get('retry-after')).toBe('1');
  });
});
