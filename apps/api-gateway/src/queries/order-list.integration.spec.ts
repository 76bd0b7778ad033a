import { fileURLToPath } from 'node:url';
import { CALLER_HEADER, decodeCaller } from '@backstitch/auth';
import { type AppProcess, type LocalIssuer, startApp, startIssuer } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

let orders: Upstream;
let issuer: LocalIssuer;
let gateway: AppProcess;
let token: string;

beforeAll(async () => {
  orders = await upstream((response) => sendJson(response, 200, { orders: [], next: null }));
  issuer = await startIssuer();
  gateway = await startApp(MAIN, { ORDER_URL: orders.url, IDENTITY_URL: issuer.url });
  token = await issuer.token();
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([orders, issuer].map((one) => one.close()));
});
beforeEach(() => {
  orders.seen.length = 0;
});

async function list(query: string, authorization = `Bearer ${token}`) {
  const headers: Record<string, string> = authorization === '' ? {} : { authorization };
  const answer = await fetch(`${gateway.url}/api/orders${query}`, { headers });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe('the list of orders at the gateway', () => {
  it('is forwarded to order-service with the caller and the filters that are valid', async () => {
    const query = '?userId=me&status=PAID&view=marketplace&from=2026-11-30T12:00:00%2B01:00&no=7';
    expect(await list(query)).toEqual({ status: 200, body: { orders: [], next: null } });
    const [seen] = orders.seen;
    const url = new URL(seen!.url, 'http://gateway');
    expect([url.pathname, Object.fromEntries(url.searchParams)]).toEqual([
      '/orders',
      {
        userId: 'me',
        status: 'PAID',
        from: '2026-11-30T11:00:00.000Z',
        view: 'marketplace',
        limit: '100',
      },
    ]);
    const caller = decodeCaller(String(seen!.headers[CALLER_HEADER]));
    expect(caller).toMatchObject({ kind: 'user' });
  });

  it('needs an access token', async () => {
    expect(await list('', '')).toMatchObject({ status: 401, body: { code: 'TOKEN_REQUIRED' } });
    expect(orders.seen).toEqual([]);
  });

  it('is refused with any filter that is not valid, and never forwarded', async () => {
    expect(await list('?limit=0&stage=x&stage=y')).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ field: 'stage' }, { field: 'limit' }] },
    });
    for (const text of ['PAID', 'pending', '\u0000', '%', '[]', '{}']) {
      const { status } = await list(`?status=${encodeURIComponent(text)}`);
      expect([text, status]).toEqual([text, 400]);
    }
    expect(orders.seen).toEqual([]);
  });
});
