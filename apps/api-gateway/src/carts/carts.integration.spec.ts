import { fileURLToPath } from 'node:url';
import {
  CALLER_HEADER,
  decodeCaller,
  DEVELOPMENT_INTERNAL_KEYS,
  internalKeys,
  SIGNATURE_HEADER,
  signatureRefusal,
} from '@backstitch/auth';
import { type AppProcess, type LocalIssuer, startApp, startIssuer } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type SeenRequest, sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const MOUSE = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const GONE = '660facf7-b9cf-417a-8ee1-27afe2fb2c73';
const KEYS = internalKeys(DEVELOPMENT_INTERNAL_KEYS);
const CART = {
  version: 7,
  items: [
    { productId: MOUSE, quantity: 2 },
    { productId: GONE, quantity: 1 },
  ],
};
const PRODUCT = { id: MOUSE, name: 'Mouse', imageUrl: null, price: '29.99', available: 4 };

let orders: Upstream;
let inventory: Upstream;
let issuer: LocalIssuer;
let gateway: AppProcess;
let ordersStatus = 200;
let inventoryStatus = 200;

beforeAll(async () => {
  orders = await upstream((response) => sendJson(response, ordersStatus, CART));
  inventory = await upstream((response) => {
    const body = inventoryStatus === 200 ? [{ ...PRODUCT, isAvailable: true }] : {};
    sendJson(response, inventoryStatus, body);
  });
  issuer = await startIssuer();
  const urls = { ORDER_URL: orders.url, INVENTORY_URL: inventory.url, IDENTITY_URL: issuer.url };
  gateway = await startApp(MAIN, urls);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([orders, inventory, issuer].map((one) => one.close()));
});
beforeEach(() => {
  orders.seen.length = 0;
  inventory.seen.length = 0;
  ordersStatus = 200;
  inventoryStatus = 200;
});

async function ask(method: string, path: string, body?: object, token?: string) {
  const bearer = token ?? (await issuer.token());
  const answer = await fetch(`${gateway.url}/api/carts/${path}`, {
    method,
    headers: {
      ...(bearer !== '' && { authorization: `Bearer ${bearer}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** The subject of the caller in a forwarded request, whose signature is verified. */
function subjectIn({ method, url, headers, body }: SeenRequest): string | undefined {
  const caller = headers[CALLER_HEADER]?.toString();
  const signature = headers[SIGNATURE_HEADER]?.toString();
  const request = { method, path: url, body, caller };
  expect(signatureRefusal(KEYS, request, signature, Date.now() / 1000)).toBeUndefined();
  return caller === undefined ? undefined : decodeCaller(caller)?.subject;
}

describe('a cart at the gateway', () => {
  it('has the prices of today beside its lines, and shows what is gone as unavailable', async () => {
    const line = { productId: MOUSE, quantity: 2, name: 'Mouse', imageUrl: null, available: 4 };
    const unknown = { name: null, imageUrl: null, price: null, total: null, available: 0 };
    expect(await ask('GET', 'user-123')).toEqual({
      status: 200,
      body: {
        version: 7,
        items: [
          { ...line, price: '29.99', total: '59.98', isAvailable: true },
          { productId: GONE, quantity: 1, ...unknown, isAvailable: false },
        ],
        total: '59.98',
        currency: 'USD',
      },
    });
    expect(orders.seen.map(subjectIn)).toEqual(['user-123']);
    expect(inventory.seen.map(subjectIn)).toEqual([undefined]);
    expect(inventory.seen[0]?.url).toBe(`/products?limit=100&ids=${MOUSE},${GONE}`);
  });

  it('is changed by requests that carry the caller and a signature', async () => {
    const items = `me/items/${MOUSE.toUpperCase()}`;
    const answers = [
      await ask('PUT', items, { quantity: 3 }),
      await ask('DELETE', items),
      await ask('DELETE', 'me'),
    ];
    for (const answer of answers) expect(answer).toEqual({ status: 200, body: CART });
    expect(orders.seen.map(subjectIn)).toEqual(['user-123', 'user-123', 'user-123']);
    expect(orders.seen.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['PUT', `/carts/me/items/${MOUSE}`, '{"quantity":3}'],
      ['DELETE', `/carts/me/items/${MOUSE}`, ''],
      ['DELETE', '/carts/me', ''],
    ]);
  });

  it('of another account is not found, and nothing is forwarded', async () => {
    const items = `user-456/items/${MOUSE}`;
    for (const [method, path, body] of [
      ['GET', 'user-456'],
      ['DELETE', 'user-456'],
      ['PUT', items, { quantity: 1 }],
      ['DELETE', items],
    ] as const) {
      const answer = await ask(method, path, body);
      expect(answer).toMatchObject({ status: 404, body: { code: 'CART_NOT_FOUND' } });
    }
    expect(orders.seen).toEqual([]);
  });

  it('needs an account: no token is 401, and a guest is 403', async () => {
    expect(await ask('GET', 'me', undefined, '')).toMatchObject({
      status: 401,
      body: { code: 'TOKEN_REQUIRED' },
    });
    const sub = '0190b3a2-0000-7000-8000-000000000001';
    const guest = await issuer.token({ claims: { sub, client_id: 'guest' } });
    expect(await ask('GET', 'me', undefined, guest)).toMatchObject({
      status: 403,
      body: { code: 'ACCESS_DENIED' },
    });
  });

  it.each([0, 1001, '2', null])(
    'refuses the quantity %j before it is forwarded',
    async (quantity) => {
      const answer = await ask('PUT', `me/items/${MOUSE}`, { quantity });
      expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
      expect(orders.seen).toEqual([]);
    },
  );

  it('is 503 while its prices or its lines cannot be read', async () => {
    inventoryStatus = 500;
    const code = 'UNAVAILABLE';
    expect(await ask('GET', 'me')).toMatchObject({ status: 503, body: { code } });
    inventoryStatus = 200;
    ordersStatus = 503;
    expect(await ask('GET', 'me')).toMatchObject({ status: 503, body: { code } });
  });
});
