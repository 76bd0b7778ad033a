import { fileURLToPath } from 'node:url';
import {
  CALLER_HEADER,
  type Caller,
  encodeCaller,
  internalKeys,
  machineId,
  SIGNATURE_HEADER,
  signRequest,
} from '@backstitch/auth';
import { type AppProcess, startApp, testVhost, type TestVhost } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sellerOf } from './testing/catalogue-app.js';
import { stockFixture } from './testing/stock-fixture.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const [KEY, FOREIGN_KEY] = [1, 2].map((n) => `k:${Buffer.alloc(32, n).toString('base64url')}`);
const SELLER = sellerOf('sam');
const CUSTOMER: Caller = { ...sellerOf('ann'), roles: ['customer'] };
const ISSUER = 'https://issuer.example';
const NEW = JSON.stringify({ name: 'Mouse', price: '9.99', stock: 5 });

let stock: Awaited<ReturnType<typeof stockFixture>>;
let vhost: TestVhost;
let one: AppProcess;
beforeAll(async () => {
  [stock, vhost] = await Promise.all([stockFixture(), testVhost('inventory')]);
  one = await startApp(MAIN, {
    DB_URL: stock.url,
    RABBITMQ_URL: vhost.url,
    NODE_ENV: 'production',
    INTERNAL_KEYS: KEY!,
  });
});
afterAll(async () => {
  await one.stop();
  await Promise.all([stock.close(), vhost.drop()]);
});

interface Signing {
  caller?: Caller | undefined;
  /** The signature is for this one. */
  path?: string;
  body?: string;
  keys?: string;
}

async function send(
  method: string,
  path: string,
  { caller, keys = KEY!, ...signed }: Signing | { caller: Caller; keys: 'none' } = {},
  body?: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const header = caller && encodeCaller(caller);
  const request = { method, path, body: body ?? '', ...signed, caller: header };
  const response = await fetch(one.url + path, {
    method,
    headers: {
      ...(header && { [CALLER_HEADER]: header }),
      ...(keys !== 'none' && {
        [SIGNATURE_HEADER]: signRequest(internalKeys(keys), request, Date.now() / 1000),
      }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

const products = async () => (await stock.query('SELECT FROM products')).length;

describe('an inventory-service in production', () => {
  it.each(['/products', '/menu', '/products?limit=1'])(
    'answers GET %s only when it is signed',
    async (path) => {
      const refused = await send('GET', path, { caller: SELLER, keys: 'none' });
      expect(refused).toMatchObject({ status: 401, body: { code: 'SIGNATURE_INVALID' } });
      expect((await send('GET', path)).status).toBe(200);
    },
  );

  it('takes a product of a seller that a gateway has signed, and of that seller only', async () => {
    const created = await send('POST', '/products', { caller: SELLER }, NEW);
    expect(created).toMatchObject({ status: 201, body: { sellerId: SELLER.id } });
    const path = `/products/${String(created.body.id)}`;
    const change = JSON.stringify({ version: created.body.version, name: 'Mine' });
    const machine: Caller = {
      id: machineId(ISSUER, 'till'),
      kind: 'machine',
      issuer: ISSUER,
      subject: 'till',
      roles: [],
      scopes: ['catalogue:write'],
    };
    for (const caller of [sellerOf('eve'), machine, { ...sellerOf('eve'), subject: 'eve' }]) {
      const answer = await send('PATCH', path, { caller }, change);
      expect(answer).toMatchObject({ status: 404, body: { code: 'PRODUCT_NOT_FOUND' } });
    }
    const forged = { ...sellerOf('eve'), id: SELLER.id };
    expect(await send('PATCH', path, { caller: forged }, change)).toMatchObject({ status: 401 });
    expect((await send('PATCH', path, { caller: SELLER }, change)).status).toBe(200);
  });

  it.each<[string, number, Signing | { caller: Caller; keys: 'none' }]>([
    ['unsigned', 401, { caller: SELLER, keys: 'none' }],
    ['signed by a key of others', 401, { caller: SELLER, keys: FOREIGN_KEY! }],
    ['signed for another path', 401, { caller: SELLER, path: '/products/' }],
    ['signed for another body', 401, { caller: SELLER, body: '{}' }],
    ['signed without a caller', 401, {}],
    ['of a customer', 403, { caller: CUSTOMER }],
    ['of an operator and admin', 403, { caller: { ...SELLER, roles: ['operator', 'admin'] } }],
    ['of a seller by a scope', 403, { caller: { ...CUSTOMER, scopes: ['catalogue:write'] } }],
  ])('makes no product %s: %i', async (_what, status, signing) => {
    const before = await products();
    expect((await send('POST', '/products', signing, NEW)).status).toBe(status);
    expect(await products()).toBe(before);
  });
});
