import { type AppProcess, startApp } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

let gateway: AppProcess;
beforeAll(async () => {
  gateway = await startApp(MAIN, { IDENTITY_URL: 'http://127.0.0.1:1', DEMO_ACCOUNTS: 'on' });
});
afterAll(() => gateway.stop());

const get = (path: string, headers: Record<string, string> = BROWSER) =>
  fetch(`${gateway.url}${path}`, { headers });

describe('the gateway', () => {
  it.each(['/', '/cart', '/orders/1?saga=2'])('serves the page at %s', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    const policy = answer.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
    expect(await answer.text()).toContain('<div id="root">');
  });

  it('serves the files of the page compressed, to be kept for ever', async () => {
    const page = await (await get('/')).text();
    const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(page)!;
    const plain = await get(script!, { 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-type')).toContain('javascript');
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(plain.headers.get('x-content-type-options')).toBe('nosniff');
    const brotli = await get(script!, { 'accept-encoding': 'br' });
    expect(brotli.headers.get('content-encoding')).toBe('br');
    expect(brotli.headers.get('vary')?.toLowerCase()).toContain('accept-encoding');
    expect(await brotli.text()).toBe(await plain.text());
  });

  it.each(['/assets/gone.js', '/assets/', '/assets/..%2findex.html'])(
    'has no file at %s',
    async (path) => {
      const answer = await get(path);
      expect([answer.status, await answer.json()]).toMatchObject([
        404,
        { code: 'ROUTE_NOT_FOUND' },
      ]);
    },
  );

  it.each(['/api', '/api/none', '/health', '/metrics', '/%61pi/none'])(
    'answers no page at %s',
    async (path) => {
      const answer = await get(path);
      expect([answer.status, await answer.json()]).toMatchObject([
        404,
        { code: 'ROUTE_NOT_FOUND' },
      ]);
    },
  );

  it('answers no page to a program', async () => {
    const answer = await get('/cart', { accept: '*/*' });
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'ROUTE_NOT_FOUND' }]);
    const post = await fetch(`${gateway.url}/cart`, { method: 'POST', headers: BROWSER });
    expect(post.status).toBe(404);
  });

  it('counts the files of the page for the address, and not as requests of a guest', async () => {
    const limits = { GUEST_RATE_LIMIT_PER_MINUTE: '3', RATE_LIMIT_PER_MINUTE: '9' };
    const limited = await startApp(MAIN, limits);
    const statusOf = async (path: string) =>
      (await fetch(limited.url + path, { headers: BROWSER })).status;
    const page = await (await fetch(limited.url, { headers: BROWSER })).text();
    const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(page)!;
    const files = [];
    for (let n = 0; n < 5; n += 1) files.push(await statusOf(script!));
    expect(files).toEqual([200, 200, 200, 200, 200]);
    expect([await statusOf('/api/site'), await statusOf('/cart')]).toEqual([200, 200]);
    expect(await statusOf('/api/site')).toBe(429);
    expect(await statusOf(script!)).toBe(429);
    await limited.stop();
  });

  it('tells the demo accounts only where it is told to', async () => {
    const site = await (await get('/api/site', {})).json();
    expect(site).toMatchObject({ currency: 'USD', accounts: true });
    expect((site as { demoAccounts: object[] }).demoAccounts).toHaveLength(4);
    const quiet = await startApp(MAIN, {});
    const told = await (await fetch(`${quiet.url}/api/site`)).json();
    expect(told).toMatchObject({ demoAccounts: [] });
    await quiet.stop();
  });
});
