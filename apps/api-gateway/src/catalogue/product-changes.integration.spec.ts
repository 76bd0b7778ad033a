import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { CALLER_HEADER, decodeCaller } from '@backstitch/auth';
import {
  type AppProcess,
  type LocalIssuer,
  startApp,
  startIssuer,
  waitFor,
} from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { goneUpstream, sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ID = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';

let answering: (response: ServerResponse) => void;
let inventory: Upstream;
let issuer: LocalIssuer;
let seller: Record<string, string>;
let gateway: AppProcess;

beforeAll(async () => {
  inventory = await upstream((response) => answering(response));
  issuer = await startIssuer();
  seller = await tokenOf('seller');
  // The first address refuses connections: what was certainly not served is sent to the next one.
  const urls = [await goneUpstream(), inventory.url];
  gateway = await startGateway(urls.join(','));
});
afterAll(async () => {
  await gateway.stop();
  await issuer.close();
  await inventory.close();
});
beforeEach(() => {
  inventory.seen.length = 0;
  answering = (response) => sendJson(response, 200, { id: ID });
});

const startGateway = (INVENTORY_URL: string) =>
  startApp(MAIN, { INVENTORY_URL, IDENTITY_URL: issuer.url, SERVICE_TIMEOUT_MS: '30000' });

async function tokenOf(role: string): Promise<Record<string, string>> {
  const token = await issuer.token({ claims: { roles: [role] } });
  return { authorization: `Bearer ${token}` };
}

async function send(method: string, path: string, body?: unknown, one = gateway, caller = seller) {
  const response = await fetch(`${one.url}/api/products${path}`, {
    method,
    headers: { ...caller, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const read = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: response.status, body: read };
}

const RESTOCK = { quantity: 2, reason: 'delivery' };

describe('a change of a product through the gateway', () => {
  it.each([
    ['POST', '', { name: 'Cup', price: '3.50' }],
    ['PATCH', `/${ID}`, { version: 1, category: null }],
    ['POST', `/${ID}/restock`, RESTOCK],
    ['POST', `/${ID}/write-off`, RESTOCK],
  ])('%s /api/products%s is forwarded with its body and its caller', async (method, path, body) => {
    for (let times = 0; times < 2; times += 1) {
      expect(await send(method, path, body)).toEqual({ status: 200, body: { id: ID } });
    }
    expect(inventory.seen).toHaveLength(2);
    for (const seen of inventory.seen) {
      expect(seen).toMatchObject({ method, url: `/products${path}` });
      const caller = decodeCaller(String(seen.headers[CALLER_HEADER]));
      expect(caller).toMatchObject({ subject: 'user-123', roles: ['seller'] });
      expect(JSON.parse(seen.body)).toEqual(body);
    }
  });

  it('by DELETE is forwarded, and its answer has no body', async () => {
    answering = (response) => response.writeHead(204).end();
    expect(await send('DELETE', `/${ID.toUpperCase()}`)).toEqual({ status: 204, body: {} });
    expect(inventory.seen).toMatchObject([{ method: 'DELETE', url: `/products/${ID}` }]);
  });

  it.each([
    ['POST', '', { name: '', price: '3.50' }, 'name'],
    ['POST', '', { name: 'Cup', price: 'free' }, 'price'],
    ['PATCH', `/${ID}`, { name: 'Cup' }, 'version'],
    ['PATCH', '/7', { version: 1, name: 'Cup' }, 'productId'],
    ['POST', `/${ID}/restock`, { quantity: 0, reason: 'x' }, 'quantity'],
    ['POST', `/${ID}/write-off`, { quantity: 1 }, 'reason'],
  ])('%s /api/products%s that is not valid is 400 here', async (method, path, body, field) => {
    const answer = await send(method, path, body);
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ field }] },
    });
    expect(inventory.seen).toEqual([]);
  });

  it('by a caller who does not sell is refused here', async () => {
    const customer = await tokenOf('customer');
    const denied = await send('POST', `/${ID}/restock`, RESTOCK, gateway, customer);
    expect(denied).toMatchObject({ status: 403, body: { code: 'ACCESS_DENIED' } });
    const unknown = await send('POST', `/${ID}/restock`, RESTOCK, gateway, {});
    expect(unknown).toMatchObject({ status: 401, body: { code: 'TOKEN_REQUIRED' } });
    expect(inventory.seen).toEqual([]);
  });

  it('that is refused is answered as inventory-service answers', async () => {
    const refusal = { code: 'PRODUCT_CHANGED', version: 4 };
    answering = (response) => sendJson(response, 409, refusal);
    const answer = await send('PATCH', `/${ID}`, { version: 3, name: 'Cup' });
    expect(answer).toEqual({ status: 409, body: refusal });
  });

  it('that may have been made is sent once, and is 503 with an unknown outcome', async () => {
    answering = (response) => response.destroy();
    expect(await send('POST', `/${ID}/restock`, RESTOCK)).toMatchObject({
      status: 503,
      body: { code: 'OUTCOME_UNKNOWN' },
    });
    expect(inventory.seen).toHaveLength(1);
  });
});

describe('a gateway without inventory-service', () => {
  it('answers 503, says that nothing was changed, and names the service to operators', async () => {
    const one = await startGateway(await goneUpstream());
    try {
      for (const path of ['/api/products', '/api/menu']) {
        const answer = await fetch(one.url + path);
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
        const body: unknown = await answer.json();
        expect([answer.status, body]).toMatchObject([503, { code: 'UNAVAILABLE' }]);
      }
      expect(await send('POST', `/${ID}/restock`, RESTOCK, one)).toMatchObject({
        status: 503,
        body: { code: 'NOT_ACCEPTED' },
      });
      const dependencies = await (await fetch(`${one.metricsUrl}/health/dependencies`)).text();
      expect(dependencies).toContain('inventory-service');
      expect((await fetch(`${one.url}/health/ready`)).status).toBe(200);
    } finally {
      await one.stop();
    }
  });

  it('reads from another instance, and again after a lost connection', async () => {
    let lost = 0;
    answering = (response) => {
      if (lost++ === 0) response.destroy();
      else sendJson(response, 200, []);
    };
    const answer = await fetch(`${gateway.url}/api/products`);
    expect([answer.status, await answer.json()]).toEqual([200, []]);
    await waitFor('the log to name the failure', () =>
      gateway.log.some(({ msg }) => msg === 'inventory-service did not answer'),
    );
  });
});
