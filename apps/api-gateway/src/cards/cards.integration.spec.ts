import { fileURLToPath } from 'node:url';
import { type AppProcess, startApp, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const NUMBER = '4000 0000 0000 9995';
const card = { number: NUMBER, expiry: '12/99', cvc: '123', name: 'Ada Lovelace' };

let behind: Upstream;
let gateway: AppProcess;

beforeAll(async () => {
  behind = await upstream((response) => sendJson(response, 200, { success: true }));
  gateway = await startApp(MAIN, {
    ORCHESTRATOR_URL: behind.url,
    INVENTORY_URL: behind.url,
    ORDER_URL: behind.url,
  });
});

afterAll(async () => {
  await gateway.stop();
  await behind.close();
});

async function post(path: string, body: unknown) {
  const response = await fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

describe('POST /api/cards', () => {
  it('gives a token with the brand and the last digits, and asks no other app', async () => {
    const { status, text } = await post('/api/cards', card);
    expect(status).toBe(201);
    expect(JSON.parse(text)).toEqual({
      token: expect.stringMatching(/^tok_visa_9995_[0-9a-f]{16}$/),
      brand: 'visa',
      last4: '9995',
    });
    expect(behind.seen).toEqual([]);
  });

  it.each([
    ['number', { number: '4242' }],
    ['number', { number: `${NUMBER}x` }],
    ['expiry', { expiry: '13/99' }],
    ['expiry', { expiry: '01/01' }],
    ['cvc', { cvc: '12' }],
  ])('refuses a wrong %s and does not repeat what was sent', async (field, wrong) => {
    const { status, text } = await post('/api/cards', { ...card, ...wrong });
    expect(status).toBe(400);
    const { requestId, ...told } = JSON.parse(text) as { requestId: string };
    expect(requestId).toMatch(/^[\da-f-]{36}$/);
    expect(told).toMatchObject({ errors: [{ field }] });
    const said = JSON.stringify(told);
    for (const value of Object.values({ ...card, ...wrong })) expect(said).not.toContain(value);
  });

  it('writes no number to the log', async () => {
    const logged = await waitFor('the log lines of the requests', () => {
      const text = JSON.stringify(gateway.log);
      return text.includes('/api/cards') ? text : undefined;
    });
    for (const each of [NUMBER, NUMBER.replaceAll(' ', '')]) expect(logged).not.toContain(each);
  });
});

describe('a checkout with a card', () => {
  const cart = {
    userId: 'user-123',
    items: [{ productId: '660facf7-b9cf-417a-8ee1-27afe2fb2c72', quantity: 2, price: '29.99' }],
  };

  it('is forwarded with its token', async () => {
    const { token } = JSON.parse((await post('/api/cards', card)).text) as { token: string };
    const paymentMethod = { token };
    expect((await post('/api/checkout', { ...cart, paymentMethod })).status).toBe(200);
    expect(JSON.stringify(behind.seen.at(-1))).toContain(token);
  });

  it.each([{ token: '4242424242424242' }, {}, 'tok', { token: 'tok', more: 1 }])(
    'of %j is refused',
    async (paymentMethod) => {
      const { status, text } = await post('/api/checkout', { ...cart, paymentMethod });
      expect(status).toBe(400);
      expect(JSON.parse(text)).toMatchObject({ errors: [{ field: 'paymentMethod' }] });
    },
  );
});
