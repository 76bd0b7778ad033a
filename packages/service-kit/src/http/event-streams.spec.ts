import { afterEach, describe, expect, it } from '@jest/globals';
import { fastify, type FastifyInstance } from 'fastify';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Shedding } from '../shedding.js';
import { type EventStream, EventStreams } from './event-streams.js';

const logger = { warn: () => undefined, info: () => undefined } as never;
const opened: FastifyInstance[] = [];
afterEach(() => Promise.all(opened.splice(0).map((app) => app.close())));

/** An app whose answers are streams, and the streams that are open. */
async function appWith(options: { max?: number; heartbeatMs?: number; ageMaxMs?: number }) {
  const streams = new EventStreams({ max: 5, shedding: new Shedding(logger), ...options });
  const begun: EventStream[] = [];
  const app = fastify({ forceCloseConnections: true });
  opened.push(app);
  app.get('/', (_request, reply) => void begun.push(streams.begin(reply)));
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const open = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get({ port, host: '127.0.0.1' }, resolve).on('error', reject);
    });
  return { streams, begun, open };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

describe('a stream of events', () => {
  it('sends each event with its name, its id and its data', async () => {
    const { begun, open } = await appWith({});
    const answer = await open();
    begun[0]!.send({ event: 'row', id: '7', data: { text: 'a\nb' } });
    begun[0]!.end();
    expect(answer.headers['content-type']).toBe('text/event-stream');
    expect(await textOf(answer)).toBe(
      'retry: 1000\n\nevent: row\nid: 7\ndata: {"text":"a\\nb"}\n\n',
    );
  });

  // R154
  it('ends with a bye when its app shuts down, and no new one begins', async () => {
    const { streams, open } = await appWith({});
    const answer = await open();
    streams.close();
    expect(await textOf(answer)).toMatch(/event: bye\ndata: {"retryMs":1000}\n\n$/);
    expect((await open()).statusCode).toBe(503);
  });

  // R155
  it('is refused when too many are open, and begins when one of them has left', async () => {
    const { streams, open } = await appWith({ max: 1 });
    const first = await open();
    expect(() => streams.checkPlace()).toThrow(/At most 1 streams/);
    expect((await open()).statusCode).toBe(503);
    first.destroy();
    while (streams.size > 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await open()).statusCode).toBe(200);
  });

  it('shows that it is open while nothing happens, and ends with a bye when it is old', async () => {
    const { open } = await appWith({ heartbeatMs: 5, ageMaxMs: 100 });
    const text = await textOf(await open());
    expect(text).toContain(': still open\n\n');
    expect(text).toContain('event: bye\n');
  });
});
