import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { CHECKOUT_BATCH_PATH } from '@backstitch/shared-types';
import { type AppProcess, startApp, waitFor } from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const MOUSE = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const CHECKOUTS = 2;
/** One of them for new keys. */
const REPLAYS = 4;

let orchestrator: Upstream;
let gateway: AppProcess;
/** The orchestrator answers only when it is told to, except health. It knows no batches. */
const held: ServerResponse[] = [];
const release = (): void => {
  for (const response of held.splice(0)) sendJson(response, 200, { success: true });
};

beforeAll(async () => {
  orchestrator = await upstream((response, { url }) => {
    if (url.startsWith('/health')) sendJson(response, 200, {});
    else if (url === CHECKOUT_BATCH_PATH) sendJson(response, 404, {});
    else held.push(response);
  });
  gateway = await startApp(MAIN, {
    ORCHESTRATOR_URL: orchestrator.url,
    INVENTORY_URL: orchestrator.url,
    ORDER_URL: orchestrator.url,
    MAX_CHECKOUTS_IN_FLIGHT: String(CHECKOUTS),
    MAX_REPLAYS_IN_FLIGHT: String(REPLAYS),
    MAX_READS_IN_FLIGHT: '1',
  });
});
afterEach(async () => {
  release();
  await Promise.all(inFlight.splice(0));
});
afterAll(async () => {
  await gateway.stop();
  await orchestrator.close();
});

function post(key?: string): Promise<Response> {
  return fetch(`${gateway.url}/api/checkout`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) },
    body: JSON.stringify({
      userId: 'user',
      items: [{ productId: MOUSE, quantity: 1, price: '29.99' }],
    }),
  });
}

const reached = (count: number) =>
  waitFor(`${count} requests at the orchestrator`, () => Promise.resolve(held.length === count));
const replayOnly = () =>
  orchestrator.seen.slice(-held.length).map(({ headers }) => headers['x-replay-only']);

async function expectShed(answer: Promise<Response>, code = 'NOT_ACCEPTED'): Promise<void> {
  const { status, headers, json } = await answer.then(async (response) => ({
    status: response.status,
    headers: response.headers,
    json: await response.json(),
  }));
  expect({ status, json }).toMatchObject({ status: 503, json: { code, success: false } });
  expect(headers.get('retry-after')).toMatch(/^[123]$/);
  expect(headers.get('content-type')).toContain('application/problem+json');
}

/** The checkouts that reach the limit. */
let inFlight: Promise<Response>[] = [];

async function fill(): Promise<void> {
  inFlight = Array.from({ length: CHECKOUTS }, () => post());
  await reached(CHECKOUTS);
}

describe('a gateway at its limit of checkouts', () => {
  it('refuses the next checkout, and accepts one again after an answer', async () => {
    await fill();
    await expectShed(post());
    expect(held).toHaveLength(CHECKOUTS);
    release();
    for (const answer of inFlight) expect((await answer).status).toBe(200);
    const next = post();
    await reached(1);
    release();
    expect((await next).status).toBe(200);
  });

  it('refuses a checkout before its body has arrived', async () => {
    await fill();
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      'POST /api/checkout HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\n' +
        'content-length: 1000\r\n\r\n{',
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1.1 503 /);
  });

  it('counts no checkout whose body is still arriving', async () => {
    const { hostname, port } = new URL(gateway.url);
    const sockets = Array.from({ length: 2 * CHECKOUTS }, () => connect(Number(port), hostname));
    for (const socket of sockets) {
      socket.write(
        'POST /api/checkout HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\n' +
          'content-length: 1000\r\n\r\n{',
      );
    }
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
    await fill();
    for (const socket of sockets) socket.destroy();
  });

  it('forwards a key that may be a replay, as a query only', async () => {
    await fill();
    const newKey = post('new-key');
    await reached(CHECKOUTS + 1);
    expect(replayOnly().at(-1)).toBe('true');
    await expectShed(post('another new key'));
    release();
    expect((await newKey).status).toBe(200);
  });

  it('reserves most replay slots for keys that it has forwarded before', async () => {
    const first = post('"known"');
    await reached(1);
    expect(replayOnly()).toEqual([undefined]);
    release();
    await first;
    await fill();
    const replays = [post('unknown'), ...Array.from({ length: REPLAYS - 1 }, () => post('known'))];
    await reached(CHECKOUTS + REPLAYS);
    await expectShed(post('known'));
    release();
    for (const replay of replays) expect((await replay).status).toBe(200);
  });

  it('answers queries and health, and limits queries separately', async () => {
    await fill();
    const read = fetch(`${gateway.url}/api/products`);
    await reached(CHECKOUTS + 1);
    await expectShed(fetch(`${gateway.url}/api/products`), 'UNAVAILABLE');
    expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
    release();
    expect((await read).status).toBe(200);
  });

  it('counts refusals without a log line for each', async () => {
    await fill();
    for (let n = 0; n < 20; n += 1) await expectShed(post());
    const metrics = await (await fetch(`${gateway.metricsUrl}/metrics`)).text();
    expect(
      Number(/requests_shed_total{reason="checkouts".*} (\d+)/.exec(metrics)?.[1]),
    ).toBeGreaterThan(20);
    expect(metrics).toMatch(/gateway_checkouts_in_flight{.*} 2/);
    expect(gateway.log.filter(({ msg }) => msg === 'requests are being shed')).toHaveLength(1);
    expect(gateway.log.filter(({ status }) => status === 503)).toEqual([]);
  });
});
