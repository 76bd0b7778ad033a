import { fileURLToPath } from 'node:url';
import {
  type AppProcess,
  type LocalIssuer,
  startApp,
  startIssuer,
  waitFor,
} from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ID = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const LINE = { productId: ID, quantity: 2, price: '29.99' };

/** It has other INTERNAL_KEYS than the gateway. */
let refusing: Upstream;
let serving: Upstream;
let issuer: LocalIssuer;
let token: string;
const gateways: AppProcess[] = [];

beforeAll(async () => {
  const problem = { code: 'SIGNATURE_INVALID', detail: 'not in INTERNAL_KEYS' };
  refusing = await upstream((response) => sendJson(response, 401, problem));
  serving = await upstream((response) => sendJson(response, 200, { success: true }));
  issuer = await startIssuer();
  const login = { auth_time: Math.floor(Date.now() / 1000), amr: ['pwd', 'otp'] };
  const roles = ['customer', 'seller', 'operator'];
  token = await issuer.token({ claims: { ...login, roles } });
});
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((each) => each.stop()));
});
afterAll(async () => {
  await Promise.all([refusing.close(), serving.close(), issuer.close()]);
});

async function gatewayBefore(...apps: Upstream[]): Promise<AppProcess> {
  const urls = apps.map(({ url }) => url).join(',');
  const gateway = await startApp(MAIN, {
    ORCHESTRATOR_URL: urls,
    INVENTORY_URL: urls,
    // Its tokens are not introspected, which would need an app that accepts the signature.
    ISSUERS: issuer.url,
    ROLES_CLAIM: 'roles',
    IDENTITY_URL: 'http://127.0.0.1:1',
  });
  gateways.push(gateway);
  return gateway;
}

const REQUESTS: readonly [method: string, path: string, code: string, body?: object][] = [
  ['POST', '/api/checkout', 'NOT_ACCEPTED', { items: [LINE] }],
  ['GET', `/api/sagas/${ID}`, 'UNAVAILABLE'],
  ['GET', '/api/products', 'UNAVAILABLE'],
  ['DELETE', `/api/products/${ID}`, 'NOT_ACCEPTED'],
  ['GET', '/api/operations/sagas', 'UNAVAILABLE'],
  ['POST', `/api/operations/sagas/${ID}/retry`, 'NOT_ACCEPTED', { reason: 'x' }],
];

async function ask(gateway: AppProcess, method: string, path: string, body?: object) {
  const response = await fetch(gateway.url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

describe('an app that refuses the signature of the gateway', () => {
  it('is told to the log, and the client gets 503: its token is not refused', async () => {
    const gateway = await gatewayBefore(refusing);
    for (const [method, path, code, body] of REQUESTS) {
      const { status, text } = await ask(gateway, method, path, body);
      expect([path, status, JSON.parse(text)]).toMatchObject([path, 503, { code }]);
      expect(text).not.toMatch(/INTERNAL_KEYS|SIGNATURE/);
    }
    const warned = () => gateway.log.filter(({ why }) => /INTERNAL_KEYS/.test(String(why)));
    await waitFor('the log', () => warned().length === REQUESTS.length);
  });

  it('is passed over for another one, such as while keys are replaced', async () => {
    const gateway = await gatewayBefore(refusing, serving);
    for (const [method, path, , body] of REQUESTS) {
      for (let n = 0; n < 2; n += 1) {
        expect([path, (await ask(gateway, method, path, body)).status]).toEqual([path, 200]);
      }
    }
  });
});
