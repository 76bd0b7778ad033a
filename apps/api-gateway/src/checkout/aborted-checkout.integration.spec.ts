import { fileURLToPath } from 'node:url';
import { type AppProcess, startApp, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const MOUSE = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';

const waiting: ServerResponse[] = [];
let orchestrator: Upstream;
let gateway: AppProcess;
beforeAll(async () => {
  orchestrator = await upstream((response) => void waiting.push(response));
  // The gateway ends when its last question has an answer, or is that old.
  const env = { ORCHESTRATOR_TIMEOUT_MS: '5000', SLOW_CHECKOUT_MS: '4000' };
  gateway = await startApp(MAIN, { ORCHESTRATOR_URL: orchestrator.url, ...env });
});
afterAll(async () => {
  await gateway.stop();
  await orchestrator.close();
});

const requests = () => gateway.log.filter(({ msg }) => msg === 'request');

it('a checkout whose client disconnected is logged and counted once, with its saga, as aborted', async () => {
  const impatience = new AbortController();
  const asked = fetch(`${gateway.url}/api/checkout`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      userId: 'impatient',
      items: [{ productId: MOUSE, quantity: 1, price: '29.99' }],
    }),
    signal: impatience.signal,
  });
  await waitFor('the checkout to be passed on', () => waiting.length === 1);
  impatience.abort();
  await expect(asked).rejects.toThrow(/abort/i);
  const line = await waitFor('its line', () => requests()[0]);
  const sagaId = orchestrator.seen[0]!.headers['x-saga-id'];
  expect(line).toMatchObject({ url: '/api/checkout', status: 499, aborted: true, sagaId });
  sendJson(waiting[0]!, 200, { success: true });
  expect((await fetch(`${gateway.url}/api/nothing`)).status).toBe(404);
  await waitFor('the next line', () => requests().some(({ status }) => status === 404));
  expect(requests().filter(({ url }) => url === '/api/checkout')).toHaveLength(1);
  const metrics = await (await fetch(`${gateway.metricsUrl}/metrics`)).text();
  const counts = metrics.match(/^http_request_duration_seconds_count\{.*"\/api\/checkout".*$/gm);
  expect(counts).toEqual([expect.stringMatching(/status="499".* 1$/)]);
});
