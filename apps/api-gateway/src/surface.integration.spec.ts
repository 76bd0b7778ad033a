import { fileURLToPath } from 'node:url';
import { type AppProcess, sendRaw, startApp, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { TEST_INTERNAL_KEYS } from './testing/test-keys.js';
import { goneUpstream, sendJson, type Upstream, upstream } from './testing/upstream.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const ORDER = '01930000-0000-7000-8000-000000000001';

const placed = (response: ServerResponse) => sendJson(response, 200, { success: true });

let answering = placed;
let orchestrator: Upstream;
let gateway: AppProcess;

beforeAll(async () => {
  orchestrator = await upstream((response) => answering(response));
  gateway = await startApp(MAIN, {
    ORCHESTRATOR_URL: orchestrator.url,
    INVENTORY_URL: orchestrator.url,
    ORDER_URL: orchestrator.url,
  });
});
afterAll(async () => {
  await gateway.stop();
  await orchestrator.close();
});
beforeEach(() => {
  answering = placed;
});

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${gateway.url}${path}`);
  return { status: answer.status, body: await answer.json() };
}

describe('the health of the gateway', () => {
  const dependencies = async (one = gateway) => {
    const answer = await fetch(`${one.metricsUrl}/health/dependencies`);
    return { status: answer.status, text: await answer.text() };
  };

  it('is ready without a ready orchestrator, and reports the reason to operators', async () => {
    expect((await dependencies()).status).toBe(200);
    answering = (response) => sendJson(response, 503, { status: 'error' });
    expect(await get('/health/ready')).toMatchObject({ status: 200, body: { status: 'ok' } });
    const away = await dependencies();
    expect(away.status).toBe(503);
    expect(away.text).toContain(`${orchestrator.url}: 503`);
    answering = placed;
    expect((await dependencies()).status).toBe(200);
  });

  it('counts an orchestrator that does not accept its host name as down', async () => {
    answering = (response) => sendJson(response, 421, { code: 'MISDIRECTED_REQUEST' });
    const line = { productId: ORDER, quantity: 2, price: '29.99' };
    const answer = await fetch(`${gateway.url}/api/checkout`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userId: 'user', items: [line] }),
    });
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'NOT_ACCEPTED' }]);
    expect(await get('/api/products')).toMatchObject({
      status: 503,
      body: { code: 'UNAVAILABLE' },
    });
    expect((await dependencies()).text).toContain(`${orchestrator.url}: 421`);
    await waitFor('the log to say why', () =>
      gateway.log.some(({ why }) => String(why).includes('see its ALLOWED_HOSTS')),
    );
  });

  it('contains no password of an orchestrator in answers and log lines, after any failure', async () => {
    const gone = new URL(await goneUpstream());
    const urls = [`http://user:hunter2@${gone.host}/base`, `http://${gone.host}/?token=hunter2`];
    const list = urls.join(',');
    const settings = { ORCHESTRATOR_URL: list, INVENTORY_URL: list, ORDER_URL: list };
    const one = await startApp(MAIN, settings);
    const answers = [await dependencies(one)];
    for (const path of ['/health/ready', '/api/products', `/api/sagas/${ORDER}`]) {
      const answer = await fetch(`${one.url}${path}`);
      answers.push({ status: answer.status, text: await answer.text() });
    }
    expect(await one.stop()).toBe(0);
    expect(answers.map(({ status }) => status)).toEqual([503, 200, 503, 503]);
    expect(answers[0]!.text).toContain('ECONNREFUSED');
    for (const service of ['an orchestrator', 'inventory-service']) {
      expect(one.log.some(({ msg }) => msg === `${service} did not answer`)).toBe(true);
    }
    expect(JSON.stringify([answers, one.log])).not.toContain('hunter2');
  });
});

describe('the public surface of the gateway', () => {
  const POLICY = 'content-security-policy';
  it.each(['/api/docs', '/api/docs-json', '/api/products', `/api/sagas/${ORDER}`, '/health/live'])(
    'has the security headers: %s',
    async (path) => {
      const { headers } = await fetch(gateway.url + path);
      expect(headers.get(POLICY)).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('strict-transport-security')).toBeNull();
    },
  );

  it.each([`/api/checkout/orders/${ORDER}`, `/api/sagas/${ORDER}`])(
    'is kept in no cache: %s',
    async (path) => {
      const { headers } = await fetch(gateway.url + path);
      expect(headers.get('cache-control')).toBe('no-store');
    },
  );

  it('forbids caching of the answer to a checkout', async () => {
    const line = { productId: ORDER, quantity: 2, price: '29.99' };
    for (const [body, status] of [
      [{ userId: 'user', items: [line] }, 200],
      [{}, 400],
    ] as const) {
      const answer = await fetch(`${gateway.url}/api/checkout`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([status, 'no-store']);
    }
  });

  it('allows only its own scripts on the page of the documentation', async () => {
    const answer = await fetch(`${gateway.url}/api/docs`);
    expect(answer.headers.get(POLICY)).toMatch(/script-src 'self';/);
    const page = await answer.text();
    const scripts = [...page.matchAll(/<script\b([^>]*)>([^<]*)<\/script>/g)];
    expect(scripts.length).toBeGreaterThan(0);
    for (const [, attributes, text] of scripts) {
      expect(attributes).toMatch(/\bsrc='\.\/|\bsrc="\.\//);
      expect(text!.trim()).toBe('');
    }
    expect(page).not.toMatch(/\son[a-z]+\s*=/);
  });

  it('contains no metrics and no reasons of failures', async () => {
    for (const path of ['/metrics', '/api/metrics', '/health/dependencies']) {
      expect(await get(path)).toMatchObject({ status: 404, body: { code: 'ROUTE_NOT_FOUND' } });
    }
    const metrics = await fetch(`${gateway.metricsUrl}/metrics`);
    expect(metrics.status).toBe(200);
    expect(await metrics.text()).toContain('gateway_checkouts_in_flight');
  });

  it('is served for any host name until ALLOWED_HOSTS is set', async () => {
    const named = (url: string, host: string) =>
      sendRaw(url, `GET /api/products HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect((await named(gateway.url, 'shop.example')).answers[0]!.status).toBe(200);
    const one = await startApp(MAIN, {
      ORCHESTRATOR_URL: orchestrator.url,
      INVENTORY_URL: orchestrator.url,
      ORDER_URL: orchestrator.url,
      ALLOWED_HOSTS: 'shop.example',
    });
    expect((await named(one.url, 'shop.example')).answers[0]!.status).toBe(200);
    expect((await named(one.url, 'other.example')).answers[0]!.status).toBe(421);
    expect(await one.stop()).toBe(0);
  });
});

describe('a gateway in production', () => {
  it('starts without a broker and a database, and reads none of their variables', async () => {
    const one = await startApp(MAIN, {
      NODE_ENV: 'production',
      INTERNAL_KEYS: TEST_INTERNAL_KEYS,
      ORCHESTRATOR_URL: orchestrator.url,
      INVENTORY_URL: orchestrator.url,
      ORDER_URL: orchestrator.url,
      RABBITMQ_URL: 'no address at all',
      DB_URL: 'nor this',
      QUEUE_TYPE: 'nor that',
    });
    expect((await fetch(`${one.url}/api/products`)).status).toBe(200);
    const line = one.log.find(({ msg }) => msg === 'configuration');
    expect(Object.keys(line!.configuration as object)).not.toContain('RABBITMQ_URL');
    expect(await one.stop()).toBe(0);
  });

  it('does not have the chaos settings, and says no more than of any unknown address', async () => {
    const one = await startApp(MAIN, {
      NODE_ENV: 'production',
      INTERNAL_KEYS: TEST_INTERNAL_KEYS,
      ORCHESTRATOR_URL: orchestrator.url,
      INVENTORY_URL: orchestrator.url,
      ORDER_URL: orchestrator.url,
    });
    for (const [method, path] of [
      ['GET', ''],
      ['PUT', '/bank.declineRate'],
      ['DELETE', ''],
    ]) {
      const answer = await fetch(`${one.url}/api/operations/chaos${path}`, { method });
      expect([method, answer.status]).toEqual([method, 404]);
      expect(await answer.json()).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
    }
    expect(await one.stop()).toBe(0);
  });

  it.each([
    ['off unless it is switched on', {}, 404],
    ['on when it is switched on', { API_DOCS: 'on' }, 200],
  ])('has its documentation %s', async (_what, environment, status) => {
    const one = await startApp(MAIN, {
      NODE_ENV: 'production',
      INTERNAL_KEYS: TEST_INTERNAL_KEYS,
      ORCHESTRATOR_URL: orchestrator.url,
      INVENTORY_URL: orchestrator.url,
      ORDER_URL: orchestrator.url,
      ...environment,
    });
    for (const page of ['', '-json', '-yaml', '/swagger-ui-bundle.js']) {
      expect((await fetch(`${one.url}/api/docs${page}`)).status).toBe(status);
    }
    expect(await one.stop()).toBe(0);
  });
});
