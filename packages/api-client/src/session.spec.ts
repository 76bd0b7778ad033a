import { describe, expect, it } from '@jest/globals';
import { apiClient } from './client.js';
import { Session } from './session.js';

type Answer = (url: string, headers: Headers) => Response | Promise<Response>;

const json = (status: number, body: object) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'retry-after': '2' },
  });

function page(answer: Answer) {
  const sent: string[] = [];
  const send = (async (input: Request | string, init?: RequestInit) => {
    const request = new Request(
      new URL(input instanceof Request ? input.url : input, 'http://s/'),
      {
        ...(input instanceof Request && { headers: input.headers }),
        ...init,
        method: init?.method ?? (input instanceof Request ? input.method : 'GET'),
      },
    );
    const path = new URL(request.url).pathname;
    sent.push(path);
    return answer(path, request.headers);
  }) as typeof fetch;
  let nowMs = 0;
  const session = new Session({ fetch: send, nowMs: () => nowMs, alone: (run) => run() });
  const client = apiClient({ baseUrl: 'http://s', session, fetch: send });
  return { session, client, sent, later: (ms: number) => (nowMs += ms) };
}

const token = (name: string) => json(200, { accessToken: name, expiresIn: 600 });

describe('a session', () => {
  it('is refreshed once for requests that need it at the same time', async () => {
    const { session, client, sent, later } = page((path) =>
      path === '/api/auth/refresh' ? token('second') : json(200, []),
    );
    session.begin({ accessToken: 'first', expiresIn: 600 });
    later(590_000);
    await Promise.all([client.GET('/api/products'), client.GET('/api/products')]);
    expect(sent.filter((path) => path === '/api/auth/refresh')).toHaveLength(1);
    expect(await session.current()).toBe('second');
  });

  it('whose token was revoked is refreshed, and the request is sent once more', async () => {
    const { session, client, sent } = page((path, headers) => {
      if (path === '/api/auth/refresh') return token('second');
      const isSecond = headers.get('authorization') === 'Bearer second';
      return isSecond ? json(200, []) : json(401, { code: 'TOKEN_INVALID' });
    });
    session.begin({ accessToken: 'first', expiresIn: 600 });
    expect((await client.GET('/api/products')).data).toEqual([]);
    expect(sent).toEqual(['/api/products', '/api/auth/refresh', '/api/products']);
  });

  it('that has ended at the server is forgotten, and told', async () => {
    const { session, client, later } = page(() => json(401, { code: 'TOKEN_INVALID' }));
    const told: unknown[] = [];
    session.onChange((current) => told.push(current));
    session.begin({ accessToken: 'first', expiresIn: 600 });
    later(600_000);
    await expect(client.GET('/api/products')).rejects.toMatchObject({ status: 401 });
    expect(told).toEqual(['first', undefined]);
  });

  it('is kept while the server cannot be reached', async () => {
    let isAway = true;
    const { session, later } = page((path) => {
      if (isAway) throw new TypeError('fetch failed');
      return path === '/api/auth/refresh' ? token('second') : json(200, []);
    });
    session.begin({ accessToken: 'first', expiresIn: 600 });
    later(600_000);
    await expect(session.current()).rejects.toMatchObject({ status: 0, code: 'OUT_OF_REACH' });
    isAway = false;
    expect(await session.current()).toBe('second');
  });
});

describe('a refused request', () => {
  it('is thrown with title, detail, request id and wrong fields', async () => {
    const { client } = page(() =>
      json(400, {
        code: 'VALIDATION_FAILED',
        title: 'Not valid',
        detail: 'limit must be 1 to 100',
        requestId: 'r-1',
        errors: [{ field: 'limit', message: 'must be 1 to 100' }],
      }),
    );
    await expect(client.GET('/api/products')).rejects.toMatchObject({
      status: 400,
      title: 'Not valid',
      detail: 'limit must be 1 to 100',
      requestId: 'r-1',
      retryAfterMs: 2000,
      errors: [{ field: 'limit', message: 'must be 1 to 100' }],
    });
  });

  it('is thrown in words also when its body is no problem document', async () => {
    const { client } = page(() => new Response('<h1>Bad gateway</h1>', { status: 502 }));
    const problem = { status: 502, title: 'The server answered 502', code: 'HTTP_502' };
    await expect(client.GET('/api/products')).rejects.toMatchObject(problem);
  });
});
