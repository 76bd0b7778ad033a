import { fileURLToPath } from 'node:url';
import { type AppProcess, startApp } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const MOUSE = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';

describe('the prices that the gateway accepts', () => {
  let orchestrator: Upstream;
  const gateways: AppProcess[] = [];
  beforeAll(async () => {
    orchestrator = await upstream((response) => sendJson(response, 200, { success: true }));
  });
  afterAll(async () => {
    for (const gateway of gateways) await gateway.stop();
    await orchestrator.close();
  });

  async function gatewayIn(CURRENCY: string): Promise<AppProcess> {
    const gateway = await startApp(MAIN, { ORCHESTRATOR_URL: orchestrator.url, CURRENCY });
    gateways.push(gateway);
    return gateway;
  }

  async function checkout({ url }: AppProcess, price: string | number) {
    const items = [{ productId: MOUSE, quantity: 1, price }];
    const response = await fetch(`${url}/api/checkout`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userId: 'user-123', items }),
    });
    return { status: response.status, text: await response.text() };
  }

  it('may have trailing zeros, and are forwarded unchanged', async () => {
    expect(await checkout(await gatewayIn('USD'), '29.9900')).toMatchObject({ status: 200 });
    expect(orchestrator.seen.at(-1)?.body).toContain('29.9900');
  });

  it('have the limits of its currency, in messages and in the OpenAPI document', async () => {
    const gateway = await gatewayIn('JPY');
    for (const price of ['30', '30.0', 30]) {
      expect(await checkout(gateway, price)).toMatchObject({ status: 200 });
    }
    for (const price of ['29.99', '0.5', '0', '10000000']) {
      const { status, text } = await checkout(gateway, price);
      expect(status).toBe(400);
      expect(text).toContain('price must be from 1 to 9999999 with at most 0 decimals');
    }
    const document = await (await fetch(`${gateway.url}/api/docs-json`)).text();
    expect(document).toContain('A decimal from 1 to 9999999 with at most 0 decimals');
    expect(document).toContain('"JPY"');
    expect(document).not.toMatch(/29\.99|0\.01|"USD"/);
  });
});
