import { fileURLToPath } from 'node:url';
import { type AppProcess, type LocalIssuer, startApp, startIssuer } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const MOUSE = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const LINE = { productId: MOUSE, quantity: 2 };
const PRODUCT = { id: MOUSE, name: 'Mouse', price: '29.99', available: 4, isAvailable: true };
const HOME = { kind: 'DELIVERY', name: 'Ann', phone: '+44 20 1234', address: '1 High St' };
const UUID = /^[0-9a-f-]{36}$/;

let cart: object = {};
let deliveryStatus = 204;
let ordersStatus = 200;
let orders: Upstream;
let inventory: Upstream;
let orchestrator: Upstream;
let issuer: LocalIssuer;
let gateway: AppProcess;
let token: string;

beforeAll(async () => {
  orders = await upstream((response, { method }) => {
    if (method === 'GET') return sendJson(response, ordersStatus, cart);
    response.writeHead(deliveryStatus).end();
  });
  inventory = await upstream((response) => sendJson(response, 200, [PRODUCT]));
  orchestrator = await upstream((response) => sendJson(response, 200, { success: true }));
  issuer = await startIssuer();
  gateway = await startApp(MAIN, {
    ORDER_URL: orders.url,
    INVENTORY_URL: inventory.url,
    ORCHESTRATOR_URL: orchestrator.url,
    IDENTITY_URL: issuer.url,
  });
  token = await issuer.token();
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([orders, inventory, orchestrator, issuer].map((one) => one.close()));
});
beforeEach(() => {
  for (const one of [orders, inventory, orchestrator]) one.seen.length = 0;
  cart = { version: 7, items: [LINE], ordered: null };
  deliveryStatus = 204;
  ordersStatus = 200;
});

async function post(path: string, body: object, headers: Record<string, string> = {}) {
  const answer = await fetch(gateway.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const click = (body: object) => post('/api/carts/me/checkout', body);
const forwarded = () =>
  orchestrator.seen.map(({ url, headers, body }) => ({
    url,
    key: headers['idempotency-key'],
    body: JSON.parse(body) as Record<string, unknown>,
  }));

describe('a checkout of a cart at the gateway', () => {
  it('is a checkout of its lines at the prices of today, under the key of its version', async () => {
    const answer = await click({ version: 7, expectedTotal: '59.98' });
    expect(answer).toEqual({ status: 200, body: { success: true } });
    const items = [{ ...LINE, price: '29.99' }];
    const key = '"cart:user-123:7"';
    const body = { userId: 'user-123', items, cartVersion: 7 };
    expect(forwarded()).toEqual([{ url: '/checkout', key, body }]);
    expect(orders.seen.map(({ url }) => url)).toEqual(['/carts/me?version=7']);
  });

  it('is paid by the card that its token names', async () => {
    const paymentMethod = { token: 'tok_visa_4242_0123456789abcdef' };
    expect((await click({ version: 7, paymentMethod })).status).toBe(200);
    expect(forwarded()[0]!.body).toMatchObject({ paymentMethod });
  });

  it('of a version that became an order is the same checkout again, whatever the catalogue says', async () => {
    const ordered = [{ ...LINE, price: '28.00' }];
    cart = { version: 8, items: [], ordered };
    expect(await click({ version: 7, expectedTotal: '1.00' })).toMatchObject({ status: 200 });
    expect(forwarded()).toMatchObject([{ key: '"cart:user-123:7"', body: { items: ordered } }]);
    expect(inventory.seen).toEqual([]);
  });

  it.each([
    [{ version: 6 }, 409, 'CART_CHANGED'],
    [{ version: 7, expectedTotal: '59.97' }, 409, 'PRICE_CHANGED'],
    [{ version: -1 }, 400, 'VALIDATION_FAILED'],
    [{ version: '7' }, 400, 'VALIDATION_FAILED'],
    [{}, 400, 'VALIDATION_FAILED'],
    [{ version: 7, expectedTotal: '59.981' }, 400, 'VALIDATION_FAILED'],
    [{ version: 7, items: [LINE] }, 400, 'VALIDATION_FAILED'],
    [{ version: 7, delivery: { kind: 'DINE_IN' } }, 400, 'VALIDATION_FAILED'],
  ])('with %j is %i %s, and nothing is forwarded', async (body, status, code) => {
    expect(await click(body)).toMatchObject({ status, body: { code } });
    expect(orchestrator.seen).toEqual([]);
  });

  it('is 503 without order-service, and says that nothing was recorded', async () => {
    ordersStatus = 503;
    const code = 'NOT_ACCEPTED';
    expect(await click({ version: 7 })).toMatchObject({ status: 503, body: { code } });
    expect(orchestrator.seen).toEqual([]);
  });

  it('of another account is not found', async () => {
    const answer = await post('/api/carts/user-456/checkout', { version: 7 });
    expect(answer).toMatchObject({ status: 404, body: { code: 'CART_NOT_FOUND' } });
  });
});

describe('a checkout with a delivery', () => {
  const items = [{ ...LINE, price: '29.99' }];
  const checkouts = [
    ['of a cart', '/api/carts/me/checkout', { version: 7, delivery: HOME }],
    ['of lines', '/api/checkout', { items, delivery: HOME }],
  ] as const;

  it.each(checkouts)('%s is forwarded without it, once it is kept', async (_name, path, body) => {
    expect(await post(path, body)).toMatchObject({ status: 200 });
    const [sent] = forwarded();
    const { orderId, deliveryHash } = sent!.body;
    expect([orderId, deliveryHash]).toEqual([expect.stringMatching(UUID), expect.any(String)]);
    expect(orchestrator.seen[0]?.body).not.toContain('High St');
    const kept = orders.seen.filter(({ method }) => method === 'PUT');
    expect(kept.map(({ url }) => url)).toEqual([`/orders/${String(orderId)}/delivery`]);
    expect(JSON.parse(kept[0]!.body)).toEqual(HOME);
  });

  it.each(checkouts)(
    '%s is 503 when it cannot be kept, and nothing is forwarded',
    async (...row) => {
      deliveryStatus = 503;
      const [, path, body] = row;
      const code = 'NOT_ACCEPTED';
      expect(await post(path, body)).toMatchObject({ status: 503, body: { code } });
      expect(orchestrator.seen).toEqual([]);
    },
  );

  it('needs no order-service when it has none', async () => {
    deliveryStatus = 503;
    expect(await post('/api/checkout', { items })).toMatchObject({ status: 200 });
    expect(forwarded()[0]?.body).toEqual({ userId: 'user-123', items });
    expect(orders.seen).toEqual([]);
  });

  it('may not name the version of a cart, an order id or a hash itself', async () => {
    for (const more of [{ cartVersion: 7 }, { orderId: MOUSE }, { deliveryHash: 'x' }]) {
      const refused = await post('/api/checkout', { items, ...more });
      expect(refused).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    }
  });
});
