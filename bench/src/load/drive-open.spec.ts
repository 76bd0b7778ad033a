import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { driveOpen } from './drive-open.js';

let server: Server;
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

describe('driveOpen', () => {
  it('lets buyers come although no earlier one has been answered', async () => {
    const stop = new AbortController();
    const held: ServerResponse[] = [];
    let isServing = false; // a shop where one waits for the other would never see twenty
    server = createServer((_request, response) => {
      held.push(response);
      isServing ||= held.length >= 20;
      if (!isServing) return;
      stop.abort();
      for (const one of held.splice(0)) one.end('{}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const outcome = await driveOpen({
      url: `http://127.0.0.1:${port}/api/checkout`,
      perSecond: 100,
      seconds: 60,
      next: () => ({ body: '{}' }),
      signal: stop.signal,
    });
    expect(outcome.latenciesMs.length).toBeGreaterThanOrEqual(20);
    expect(outcome.failed).toEqual({});
  });
});
