import { hostileText, mutated } from '@backstitch/testkit/fuzz';
import * as fc from 'fast-check';
import { MOUSE } from '../shopper.js';

/** Bytes for one connection, and whether the server may rightly wait for more. */
export interface RawRequest {
  method: string;
  bytes: Buffer;
  mayWait: boolean;
}

const ID = '01930000-0000-7000-8000-000000000001';

const carts = fc.record({
  userId: fc.constant('hostile'),
  items: fc.constant([{ productId: MOUSE, quantity: 1, price: '29.99' }]),
});

/** Near enough to a cart to be taken seriously, and never one: a member too much is always there. */
export const refusedBodies: fc.Arbitrary<string> = mutated(carts).map((value) => {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return JSON.stringify(isObject ? { ...value, 'no such member': 1 } : value) ?? '';
});

const paths = fc.oneof(
  fc.constantFrom('/api/checkout', '/checkout', '/api/products', '/products', '/health/live'),
  fc.constantFrom(`/api/sagas/${ID}`, `/sagas/${ID}`, `/api/checkout/orders/${ID}`, '/api/docs'),
  fc.constantFrom('/', '*', '//', '/api', '/metrics', '/api/docs/../../x', '/%2e%2e/%00'),
  hostileText.map((text) => `/api/sagas/${encodeURIComponent(Buffer.from(text).toString())}`),
  hostileText.map((text) => `/sagas/${text}`),
  hostileText.map((text) => `/api/products?${text}`),
  hostileText.map((text) => `/api/orders?${text}`),
  fc.constantFrom('/api/orders', `/api/orders/${ID}`, '/api/orders?cursor=x&limit=0'),
  fc.constantFrom(`/api/orders/${ID}/cancel`, `/orders/${ID}/cancel`, `/api/orders/${ID}/fulfil`),
  hostileText.map(
    (text) => `/api/orders/${encodeURIComponent(Buffer.from(text).toString())}/cancel`,
  ),
);

const HEADER_NAMES = `
  Idempotency-Key Prefer x-request-id x-saga-id x-replay-only Expect Content-Type Content-Encoding
  Content-Length Transfer-Encoding Connection Host Upgrade Cookie Origin Range Forwarded
  X-Forwarded-For TE`;
const headerNames = fc.constantFrom(...HEADER_NAMES.trim().split(/\s+/));
const headerValues = fc.oneof(
  hostileText,
  fc.constantFrom('application/json; charset=utf-16', 'text/plain', 'gzip', 'chunked', 'identity'),
  fc.constantFrom('0', '5', '-1', '1e3', '100-continue', 'close', 'keep-alive', 'h2c', ID),
  fc.constantFrom('x'.repeat(300), 'x'.repeat(20_000), '"unfinished', 'respond-async', '"a";b=c'),
);

/** The first five times of six. */
const mostly = (usual: string, ...others: string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );

const OTHER_METHODS = [
  ...'GET GET GET PUT DELETE PATCH HEAD OPTIONS TRACE PROPFIND CONNECT FROB get'.split(' '),
  '',
];
const parts = fc.record({
  method: mostly('POST', ...OTHER_METHODS),
  path: fc.oneof({ weight: 2, arbitrary: fc.constant('/api/checkout') }, paths),
  version: mostly('1.1', '1.0', '0.9', '2.0', ''),
  headers: fc.array(fc.tuple(headerNames, headerValues), { maxLength: 2 }),
  body: refusedBodies,
  batching: mostly('sized', 'chunked', 'short', 'long', 'none', 'both'),
  lineEnd: mostly('\r\n', '\n'),
});

/** Requests with anything wrong with them, of which none may have an effect. */
export const rawRequests: fc.Arbitrary<RawRequest> = parts.map((part) => {
  const { method, path, version, headers, batching, lineEnd } = part;
  const body = Buffer.from(part.body);
  const size = body.length;
  const chunked = `${size.toString(16)}\r\n${part.body}\r\n0\r\n\r\n`;
  const batchings: Record<string, [string[], string]> = {
    sized: [[`Content-Length: ${size}`], part.body],
    short: [[`Content-Length: ${Math.max(0, size - 3)}`], part.body],
    long: [[`Content-Length: ${size + 50}`], part.body],
    chunked: [['Transfer-Encoding: chunked'], size === 0 ? '0\r\n\r\n' : chunked],
    both: [[`Content-Length: ${size}`, 'Transfer-Encoding: chunked'], chunked],
    none: [[], part.body],
  };
  const [batched, text] = batchings[batching]!;
  const lines = [
    `${method} ${path} HTTP/${version}`,
    'Host: a',
    'Content-Type: application/json',
    ...batched,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const bytes = Buffer.from(`${lines.join(lineEnd)}${lineEnd}${lineEnd}${text}`);
  // A header of the case may announce more than there is, or ask for something else than an answer.
  const mayWait = batching === 'long' || headers.some(([name]) => /length|encoding/i.test(name));
  return { method, bytes, mayWait };
});
