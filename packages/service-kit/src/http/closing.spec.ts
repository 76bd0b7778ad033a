import { fastify } from 'fastify';
import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { waitFor } from '@backstitch/testkit';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { closeListeners, countWork } from './closing.js';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('a server that closes', () => {
  let app: ReturnType<typeof fastify>;
  let clients: Socket[];
  let answers: (() => void)[];
  let connections: number;

  beforeEach(async () => {
    clients = [];
    answers = [];
    connections = 0;
    app = fastify();
    app.server.on('connection', (socket: Socket) => {
      connections += 1;
      socket.once('close', () => (connections -= 1));
    });
    countWork(app);
    app.get('/', () => new Promise((resolve) => answers.push(() => resolve('late'))));
    await app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    await app.close();
  });

  async function client(says: string): Promise<Socket> {
    const [{ port }] = app.addresses() as [{ port: number }];
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    clients.push(socket);
    await once(socket, 'connect');
    socket.write(says);
    return socket;
  }

  it('does not wait for a client that left before its answer', async () => {
    const leaving = await client(GET);
    await waitFor('the work to begin', () => answers.length === 1);
    leaving.destroy();
    await waitFor('it to be gone', () => connections === 0);
    answers[0]!();
    const silent = await client('');
    await closeListeners(app.server);
    await once(silent, 'close');
  });
});
