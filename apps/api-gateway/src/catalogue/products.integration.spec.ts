import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { cursorOf } from '@backstitch/shared-types';
import { type AppProcess, startApp } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ORDER = '01930000-0000-7000-8000-000000000001';

let answering: (response: ServerResponse) => void;
let inventory: Upstream;
let gateway: AppProcess;

beforeAll(async () => {
  inventory = await upstream((response) => answering(response));
  gateway = await startApp(MAIN, { INVENTORY_URL: inventory.url });
});
afterAll(async () => {
  await gateway.stop();
  await inventory.close();
});
beforeEach(() => {
  inventory.seen.length = 0;
});

describe('the catalogue through the gateway', () => {
  const CURSOR = cursorOf('products', ['Mouse', ORDER]);
  const NEXT = `?limit=2&after=${CURSOR}`;
  beforeEach(() => {
    answering = (response) =>
      sendJson(response, 200, [{ id: ORDER }], { link: `</products${NEXT}>; rel="next"` });
  });
  const page = (query: string, headers: Record<string, string> = {}) =>
    fetch(`${gateway.url}/api/products${query}`, { headers });

  it('is forwarded page by page, with a link to the next page at the gateway', async () => {
    const answer = await page(NEXT);
    expect([answer.status, await answer.json()]).toEqual([200, [{ id: ORDER }]]);
    expect(answer.headers.get('link')).toBe(`</api/products${NEXT}>; rel="next"`);
    expect(inventory.seen).toMatchObject([{ method: 'GET', url: `/products${NEXT}` }]);
  });

  it('is filtered by category and text, and so is the menu by category', async () => {
    await page('?category=Hot%20%26%20cold&text=usb-c%20hub');
    answering = (response) => sendJson(response, 200, [], { link: `</menu${NEXT}>; rel="next"` });
    const menu = await fetch(`${gateway.url}/api/menu?category=Bar&text=no&other=7`);
    expect(menu.headers.get('link')).toBe(`</api/menu${NEXT}>; rel="next"`);
    expect(menu.headers.get('etag')).toBeTruthy();
    await menu.text();
    const urls = inventory.seen.map(({ url }) => url);
    expect(urls).toEqual(['/products?category=Hot+%26+cold&text=usb-c+hub', '/menu?category=Bar']);
  });

  it('is not sent again to a client that has it, until it changes', async () => {
    const first = await page('');
    const etag = first.headers.get('etag')!;
    expect(first.headers.get('cache-control')).toBe('no-cache');
    await first.text();
    const again = await page('', { 'if-none-match': `"other", W/${etag}` });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(again.headers.get('etag')).toBe(etag);
    expect(again.headers.get('link')).toContain('/api/products');
    answering = (response) => sendJson(response, 200, [{ id: ORDER, available: 7 }]);
    const changed = await page('', { 'if-none-match': etag });
    expect([changed.status, await changed.json()]).toEqual([200, [{ id: ORDER, available: 7 }]]);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  it.each([
    ['?limit=0', 'limit'],
    ['?limit=101', 'limit'],
    ['?limit=2&limit=3', 'limit'],
    ['?limit=many', 'limit'],
    ['?after=', 'after'],
    ['?after=x', 'after'],
    [`?after=${cursorOf('sagas', ['Mouse', ORDER])}`, 'after'],
    [`?after=${CURSOR}&after=${CURSOR}`, 'after'],
    ['?category=', 'category'],
    ['?category=a&category=b', 'category'],
    ['?text=%00', 'text'],
    ['?text=a&text=b', 'text'],
  ])('with an invalid page or filter (%s) is 400 and is not forwarded', async (query, field) => {
    const answer = await page(query);
    const body = (await answer.json()) as object;
    expect(answer.status).toBe(400);
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
    expect(inventory.seen).toEqual([]);
  });

  it('has no entity tag when it cannot be read', async () => {
    answering = (response) => sendJson(response, 503, { code: 'UNAVAILABLE' });
    const answer = await page('', { 'if-none-match': '*' });
    expect([answer.status, answer.headers.get('etag')]).toEqual([503, null]);
    await answer.text();
  });
});
