import { fileURLToPath } from 'node:url';
import { type AppProcess, sendRaw, startApp } from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ORDER = '01930000-0000-7000-8000-000000000001';
const LIMIT = 5;

let orchestrator: Upstream;
beforeAll(async () => {
  orchestrator = await upstream((response) => sendJson(response, 200, { success: true }));
});
afterAll(() => orchestrator.close());

let gateway: AppProcess;
const start = async (settings: Record<string, string> = {}): Promise<void> => {
  gateway = await startApp(MAIN, {
    ORCHESTRATOR_URL: orchestrator.url,
    INVENTORY_URL: orchestrator.url,
    ORDER_URL: orchestrator.url,
    RATE_LIMIT_PER_MINUTE: String(LIMIT),
    ...settings,
  });
};
afterEach(() => gateway.stop());

/** The status of a request with exactly this text. */
async function ask(line: string, headers = '', body = ''): Promise<number> {
  const length = body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  const head = `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${length}${headers}\r\n`;
  const { answers } = await sendRaw(gateway.url, head + body);
  return answers[0]!.status;
}

async function askTimes(times: number, ...asked: Parameters<typeof ask>): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < times; n += 1) statuses.push(await ask(...asked));
  return statuses;
}

const JSON_TYPE = 'Content-Type: application/json\r\n';
const forwardedFor = (hops: string) => `X-Forwarded-For: ${hops}\r\n`;

describe('a client that has used up its budget', () => {
  it('is refused for any address in any spelling, except health', async () => {
    await start();
    expect(await askTimes(LIMIT, 'GET /api/products')).toEqual([200, 200, 200, 200, 200]);
    for (const line of [
      'GET /api/products',
      'GET /%61pi/products',
      'GET /api%2fproducts',
      'GET //api/products',
      'GET /api/products/',
      'GET /API/products',
      'GET /api/products;a=b',
      'GET /api/products?a=/health/live',
      'GET http://x/api/products',
      'GET HTTP://x/api/products',
      'GET /health/live/../../api/products',
      'GET /health/liv',
      'GET /nothing',
      'GET /%zz',
      'GET *',
      'OPTIONS *',
      'GET /api/docs',
      'GET /api/docs-json',
      'GET /api/docs/swagger-ui.css',
      'DELETE /api/products',
      'OPTIONS /api/checkout',
      'TRACE /api/products',
      `GET /api/sagas/${'a'.repeat(200)}`,
    ]) {
      expect(`${line}: ${await ask(line)}`).toBe(`${line}: 429`);
    }
    for (const path of ['/api/checkout', '/%61pi/checkout', '/nothing']) {
      expect(await ask(`POST ${path}`, JSON_TYPE, '{"userId":')).toBe(429);
      expect(await ask(`POST ${path}`, `${JSON_TYPE}Expect: tea\r\n`, '{}')).toBe(429);
    }
    expect(await ask('GET /health/live')).toBe(200);
    const head = (path: string) => fetch(gateway.url + path, { method: 'HEAD' });
    expect((await head('/health/live')).status).toBe(200);
    expect((await head('/api/products')).status).toBe(429);
    expect(await ask('GET /%68ealth/live')).toBe(200);
  });

  it('may have used it for anything, however malformed', async () => {
    await start({ TRUSTED_PROXIES: '127.0.0.1' });
    const spentOn: [asked: Parameters<typeof ask>, status: number][] = [
      [['GET /api/nothing'], 404],
      [['GET /api/%zz'], 404],
      [['GET //api/products'], 404],
      [['DELETE /%61pi/products'], 405],
      [['POST /api/checkout', JSON_TYPE, '{bad'], 400],
      [['POST /api/checkout', JSON_TYPE, '{}'], 400],
      [['POST /api/checkout', 'Content-Type: text/plain\r\n', 'a'], 400],
      [['GET /api/docs-json'], 200],
      [['POST /api/checkout', 'Expect: tea\r\n', 'a'], 417],
    ];
    for (const [client, [[line, headers = '', body], status]] of spentOn.entries()) {
      const from = forwardedFor(`1.1.1.${client}`);
      const statuses = await askTimes(LIMIT + 1, line, headers + from, body);
      expect([line, ...statuses]).toEqual([line, ...Array(LIMIT).fill(status), 429]);
    }
  });

  it('does not use it for health', async () => {
    await start();
    await askTimes(LIMIT * 2, 'GET /health/live');
    expect(await ask('GET /api/products')).toBe(200);
  });
});

describe('a client behind a proxy', () => {
  const spentBy = async (hops: string): Promise<boolean> =>
    (await ask('GET /api/products', forwardedFor(hops))) === 429;
  const spend = (hops: string) => askTimes(LIMIT, 'GET /api/products', forwardedFor(hops));

  it('has a budget of its own when the proxy is trusted', async () => {
    await start({ TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' });
    await spend('1.1.1.1, 2.2.2.2');
    expect(await spentBy('2.2.2.2')).toBe(true);
    expect(await spentBy('9.9.9.9, 2.2.2.2, 10.1.1.1')).toBe(true);
    expect(await spentBy('::ffff:2.2.2.2')).toBe(true);
    expect(await spentBy('1.1.1.1')).toBe(false);
    expect(await spentBy('2.2.2.2, 1.1.1.1')).toBe(false);
  });

  it('shares the budget of its peer when no proxy is trusted, for any X-Forwarded-For', async () => {
    await start();
    await spend('1.1.1.1');
    expect(await spentBy('2.2.2.2')).toBe(true);
  });

  it('shares the budget of its peer when that peer is not a trusted proxy', async () => {
    await start({ TRUSTED_PROXIES: '127.0.0.2, ::1' });
    await spend('1.1.1.1');
    expect(await spentBy('2.2.2.2')).toBe(true);
  });

  it('shares one budget with all addresses of its IPv6 network', async () => {
    await start({ TRUSTED_PROXIES: '127.0.0.0/8' });
    await spend('2001:db8:1:2::1');
    expect(await spentBy('2001:db8:1:2:ffff:1:2:3')).toBe(true);
    expect(await spentBy('2001:db8:1:3::1')).toBe(false);
  });
});

describe('TRUSTED_PROXIES', () => {
  it.each(['proxy', '10.0.0.0/33', '10.0.0.1, 300.1.1.1', '0x7f.1'])(
    'that is "%s" ends the start, and says why',
    async (value) => {
      const starting = startApp(MAIN, { TRUSTED_PROXIES: value });
      await expect(starting).rejects.toThrow(/ended with 1: .*TRUSTED_PROXIES must be/s);
    },
  );
});

describe('a gateway with a rate limit', () => {
  it('answers requests above it with 429, but never health', async () => {
    await start({ RATE_LIMIT_PER_MINUTE: '2' });
    const statuses: number[] = [];
    for (const path of ['/api/products', `/api/sagas/${ORDER}`, '/api/products']) {
      statuses.push((await fetch(`${gateway.url}${path}`)).status);
    }
    expect(statuses).toEqual([200, 200, 429]);
    const over = await fetch(`${gateway.url}/api/products`);
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await over.json()).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
    expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
    expect(await gateway.stop()).toBe(0);
  });
});
