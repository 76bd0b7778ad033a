import { fileURLToPath } from 'node:url';
import { type AppProcess, startApp } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendJson, type Upstream, upstream } from './testing/upstream.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const SHOP = 'https://shop.example';

let orchestrator: Upstream;
let closed: AppProcess;
let open: AppProcess;
beforeAll(async () => {
  orchestrator = await upstream((response) => sendJson(response, 200, { success: true }));
  const settings = {
    ORCHESTRATOR_URL: orchestrator.url,
    INVENTORY_URL: orchestrator.url,
    ORDER_URL: orchestrator.url,
  };
  closed = await startApp(MAIN, settings);
  open = await startApp(MAIN, {
    ...settings,
    CORS_ORIGINS: `${SHOP}/, http://localhost:5173`,
    RATE_LIMIT_PER_MINUTE: '12',
  });
});
afterAll(async () => {
  await Promise.all([closed.stop(), open.stop()]);
  await orchestrator.close();
});

const preflight = (app: AppProcess, origin: string, path = '/api/checkout') =>
  fetch(app.url + path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,idempotency-key',
    },
  });
const corsHeaders = ({ headers }: Response) =>
  [...headers].filter(([name]) => name.startsWith('access-control-'));

describe('a page of another origin', () => {
  it('gets no CORS headers while no origin is allowed', async () => {
    const asked = await preflight(closed, SHOP);
    expect([asked.status, corsHeaders(asked)]).toEqual([405, []]);
    const products = await fetch(`${closed.url}/api/products`, { headers: { origin: SHOP } });
    expect([products.status, corsHeaders(products)]).toEqual([200, []]);
  });

  it('may send a checkout when its origin is allowed', async () => {
    const asked = await preflight(open, SHOP);
    expect(asked.status).toBe(204);
    const headers = Object.fromEntries(corsHeaders(asked));
    expect(headers['access-control-allow-origin']).toBe(SHOP);
    expect(headers['access-control-allow-methods']).toBe('GET, HEAD, POST, PUT, PATCH, DELETE');
    const sent = ['authorization', 'content-type', 'idempotency-key', 'prefer', 'x-request-id'];
    for (const name of sent) {
      expect(headers['access-control-allow-headers']!.split(', ')).toContain(name);
    }
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    expect(asked.headers.get('vary')).toMatch(/origin/i);
    expect(asked.headers.get('x-request-id')).toBeTruthy();
  });

  it('may read answers, refusals and their headers when its origin is allowed', async () => {
    for (const path of ['/api/products', '/api/nothing', '/api/sagas/7']) {
      const answer = await fetch(open.url + path, { headers: { origin: SHOP } });
      expect(answer.headers.get('access-control-allow-origin')).toBe(SHOP);
      const exposed = answer.headers.get('access-control-expose-headers');
      const read = ['location', 'retry-after', 'idempotent-replayed', 'www-authenticate'];
      for (const name of [...read, 'x-request-id']) {
        expect(exposed).toContain(name);
      }
    }
  });

  it('gets no CORS headers when its origin is not in the list', async () => {
    for (const origin of ['https://evil.example', 'https://shop.example.evil', 'null']) {
      const asked = await preflight(open, origin);
      expect([asked.status, corsHeaders(asked)]).toEqual([405, []]);
    }
  });

  it('may read an answer 429', async () => {
    const headers = { origin: SHOP };
    const statuses = await Promise.all(
      Array.from({ length: 13 }, () => fetch(`${open.url}/api/products`, { headers })),
    );
    const refused = statuses.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]!.headers.get('access-control-allow-origin')).toBe(SHOP);
    expect((await preflight(open, SHOP)).status).toBe(204);
  });
});

describe('a gateway with an allowed origin', () => {
  it('answers an OPTIONS request that is not a preflight as without the setting', async () => {
    const limited = await startApp(MAIN, { CORS_ORIGINS: SHOP });
    try {
      for (const headers of [new Headers(), new Headers({ origin: SHOP })]) {
        const answer = await fetch(`${limited.url}/api/checkout`, { method: 'OPTIONS', headers });
        expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
        const nothing = await fetch(`${limited.url}/api/nothing`, { method: 'OPTIONS', headers });
        expect(nothing.status).toBe(404);
      }
      const posted = await fetch(`${limited.url}/api/nothing`, { method: 'POST' });
      expect(posted.status).toBe(404);
    } finally {
      await limited.stop();
    }
  });

  it.each(['shop.example', 'https://shop.example/path', '*', 'ftp://shop.example'])(
    'that is "%s" the start ends, and says why',
    async (value) => {
      const starting = startApp(MAIN, { CORS_ORIGINS: value });
      await expect(starting).rejects.toThrow(/ended with 1: .*CORS_ORIGINS must be/s);
    },
  );
});
