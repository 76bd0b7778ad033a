import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sendRaw } from './raw-http.js';

let server: Server;
let url: string;
beforeEach(async () => {
  server = createServer((_request, response) => {
    response.setHeader('content-length', 5).end('hello');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

describe('a raw request', () => {
  it('is answered with its body', async () => {
    const { answers } = await sendRaw(url, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(answers).toMatchObject([{ status: 200, body: 'hello' }]);
  });

  it('by HEAD is answered at once, without the body that its answer announces', async () => {
    const never = { timeoutMs: 2 ** 31 - 1 };
    const { answers, closed } = await sendRaw(url, 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n', never);
    expect(answers).toMatchObject([{ status: 200, headers: { 'content-length': '5' }, body: '' }]);
    expect(closed).toBe(false);
  });
});
