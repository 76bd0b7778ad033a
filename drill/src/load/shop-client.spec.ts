import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Shopper } from '../accounts/shopper.js';
import { Ledger } from './ledger.js';
import { ShopClient } from './shop-client.js';

interface Seen {
  headers: IncomingMessage['headers'];
  body: unknown;
}

let server: Server;
let client: ShopClient;
let seen: Seen[];
const ledger = new Ledger();

beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push({ headers: request.headers, body: JSON.parse(body) });
      response.end('{}');
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  client = new ShopClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, ledger);
});
afterEach(async () => {
  await client.close();
  server.close();
});

describe('a checkout of the drill', () => {
  it('carries the token that its shopper has now, and names no user', async () => {
    const ann = { kind: 'user', subject: 'ann', callerId: 'u:ann', token: 'first' } as const;
    const shopper: Shopper & { token: string } = { ...ann };
    const intent = ledger.intent({ kind: 'plain', items: [], keyed: true, shopper });
    await client.ask(intent);
    shopper.token = 'second';
    await client.ask(intent);
    const tokens = seen.map(({ headers }) => headers.authorization);
    expect(tokens).toEqual(['Bearer first', 'Bearer second']);
    expect(seen.map(({ body }) => body)).toEqual([{ items: [] }, { items: [] }]);
  });

  it('says when it was known that there is no answer', async () => {
    server.on('request', (request: IncomingMessage) => request.socket.destroy());
    const asked = await client.ask(ledger.intent({ kind: 'plain', items: [], keyed: true }));
    expect(asked.silence).toBeDefined();
    expect(asked.silentAtMs).toBeGreaterThanOrEqual(asked.askedAtMs);
  });
});
