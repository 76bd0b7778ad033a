import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { drive, type Load } from './drive.js';

let server: Server;

async function serving(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/checkout`;
}

afterEach(() => {
  server.close();
  server.closeAllConnections();
});

/** Ends the load by its signal, so that no test depends on how fast the machine is. */
function endless(url: string, stop: AbortController, inFlight: number): Load {
  return {
    url,
    inFlight,
    seconds: 60,
    next: () => ({ body: '{"userId":"u"}' }),
    signal: stop.signal,
  };
}

describe('drive', () => {
  it('keeps exactly so many requests in flight', async () => {
    const stop = new AbortController();
    const held: (() => void)[] = [];
    let most = 0;
    let answered = 0;
    const url = await serving((_request, response) => {
      held.push(() => response.end('{}'));
      most = Math.max(most, held.length);
      if (held.length < 5) return; // a sixth would be a bug; fewer never get an answer
      if (++answered === 4) stop.abort();
      for (const answer of held.splice(0)) answer();
    });
    const outcome = await drive(endless(url, stop, 5));
    expect(most).toBe(5);
    expect(outcome.latenciesMs).toHaveLength(20);
    expect(outcome.failed).toEqual({});
  });

  it('counts only 200 as done, and every other answer by its status', async () => {
    const stop = new AbortController();
    const statuses = [200, 409, 202, 200, 503, 409];
    let next = 0;
    const url = await serving((_request, response) => {
      response.statusCode = statuses[next++] ?? 500;
      if (next === statuses.length) stop.abort();
      response.end(`answer ${next}`);
    });
    const outcome = await drive(endless(url, stop, 1));
    expect(outcome.latenciesMs).toHaveLength(2);
    expect(outcome.failed).toEqual({ 409: 2, 202: 1, 503: 1 });
    expect(outcome.failure).toBe('answer 6');
  });

  it('counts a request that got no answer, and goes on', async () => {
    const stop = new AbortController();
    let next = 0;
    const url = await serving((request, response) => {
      if (++next === 1) request.socket.destroy();
      else response.end('{}');
      if (next === 3) stop.abort();
    });
    const outcome = await drive(endless(url, stop, 1));
    expect(outcome.latenciesMs).toHaveLength(2);
    expect(Object.values(outcome.failed)).toEqual([1]);
  });
});
