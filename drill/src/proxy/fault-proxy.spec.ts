import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@backstitch/testkit';
import { FaultProxy } from './fault-proxy.js';

describe('FaultProxy', () => {
  let servers: Server[];
  let sockets: Socket[];
  let proxy: FaultProxy;

  beforeEach(async () => {
    servers = [];
    sockets = [];
    proxy = await FaultProxy.start({ port: await echo('') });
  });
  afterEach(async () => {
    await proxy.close();
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map((server) => once(server.close(), 'close')));
  });

  /** A server that says everything back, each piece behind its mark. */
  async function echo(mark: string): Promise<number> {
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => socket.write(mark + bytes.toString('latin1'), 'latin1'));
    });
    servers.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return (server.address() as { port: number }).port;
  }

  async function dial() {
    const socket = connect(proxy.port, '127.0.0.1');
    sockets.push(socket);
    const seen = { heard: '', error: '', ended: false };
    socket.on('data', (bytes) => (seen.heard += bytes.toString('latin1')));
    socket.on('error', (error: NodeJS.ErrnoException) => (seen.error = error.code ?? ''));
    socket.on('end', () => (seen.ended = true));
    await once(socket, 'connect').catch(() => undefined); // a reset may be quicker
    return { socket, seen };
  }

  const heard = (seen: { heard: string }, text: string) =>
    waitFor(`"${text}"`, async () => seen.heard === text || undefined);

  it('hands on every byte in both directions, in order, however many', async () => {
    const { socket, seen } = await dial();
    const pieces = Array.from({ length: 300 }, (_, n) => `${n}`.padEnd(20_000, '.'));
    for (const piece of pieces) socket.write(piece);
    await waitFor('all bytes', async () => seen.heard.length >= 6_000_000 || undefined);
    expect(seen.heard === pieces.join('')).toBe(true);
  });

  it('hands on an orderly end, with what was still under way', async () => {
    proxy.delay(50);
    const { socket, seen } = await dial();
    socket.end('last words');
    await waitFor('the end', async () => seen.ended || undefined);
    expect(seen).toEqual({ heard: 'last words', error: '', ended: true });
    await waitFor('no connection', async () => proxy.connections === 0 || undefined);
  });

  it('cuts every open connection at both ends, and lets new ones in', async () => {
    const [one, two] = [await dial(), await dial()];
    await waitFor('both ends', async () => sockets.length === 4 || undefined);
    expect(proxy.connections).toBe(2);
    expect(proxy.cut()).toBe(2);
    for (const { seen } of [one, two]) {
      await waitFor('the reset', async () => seen.error === 'ECONNRESET' || undefined);
    }
    await waitFor('the other end', async () => sockets.every((each) => each.destroyed));
    expect(proxy.connections).toBe(0);
    const { socket, seen } = await dial();
    socket.write('again');
    await heard(seen, 'again');
  });

  it('holds back what is sent during a stall, on old and new connections, and loses none of it', async () => {
    const old = await dial();
    old.socket.write('1');
    await heard(old.seen, '1');
    proxy.stall();
    const young = await dial();
    old.socket.write('2');
    young.socket.write('3');
    const besides = await FaultProxy.start({ port: await echo('') });
    const witness = connect(besides.port, '127.0.0.1').end('witness');
    await once(witness.resume(), 'end'); // by now an unstalled byte would have come back
    await besides.close();
    expect([old.seen, young.seen]).toEqual([
      { heard: '1', error: '', ended: false },
      { heard: '', error: '', ended: false },
    ]);
    proxy.flow();
    await heard(old.seen, '12');
    await heard(young.seen, '3');
  });

  it('delays each direction, until it is told not to', async () => {
    proxy.delay(100);
    const { socket, seen } = await dial();
    const sentAt = performance.now();
    for (const letter of 'abcdefghij') socket.write(letter);
    await heard(seen, 'abcdefghij');
    const tookMs = performance.now() - sentAt;
    expect(tookMs).toBeGreaterThanOrEqual(198);
    proxy.delay(0);
    socket.write('k');
    await heard(seen, 'abcdefghijk');
  });

  it('refuses newcomers while open connections go on, until it admits them again', async () => {
    const old = await dial();
    proxy.refuse();
    const refused = await dial();
    await waitFor('the reset', async () => refused.seen.error === 'ECONNRESET' || undefined);
    old.socket.write('still here');
    await heard(old.seen, 'still here');
    proxy.admit();
    const { socket, seen } = await dial();
    socket.write('in');
    await heard(seen, 'in');
  });

  it('leads new connections elsewhere once it is re-pointed', async () => {
    const old = await dial();
    old.socket.write('before');
    await heard(old.seen, 'before');
    proxy.retarget({ port: await echo('B:') });
    const young = await dial();
    young.socket.write('after');
    await heard(young.seen, 'B:after');
  });

  it('resets a client whose target is not there', async () => {
    const [gone] = servers;
    await once(gone!.close(), 'close');
    const { seen } = await dial();
    await waitFor('the reset', async () => seen.error === 'ECONNRESET' || undefined);
  });

  it('names itself in the place of the target', () => {
    expect(proxy.through('postgresql://me:s%40crt@db:5432/orders')).toBe(
      `postgresql://me:s%40crt@127.0.0.1:${proxy.port}/orders`,
    );
  });
});
