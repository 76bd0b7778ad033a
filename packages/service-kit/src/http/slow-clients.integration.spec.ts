import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sendRaw, waitFor } from '@backstitch/testkit';
import { get, good, type NotesApp, notesApp, post } from '../testing/notes-app.js';

const JSON_HEADERS = '\r\nContent-Type: application/json';

let app: NotesApp;
let url: string;

beforeAll(async () => {
  app = await notesApp({ headersMs: 300, requestMs: 600, checkEveryMs: 50 });
  ({ url } = app);
});
afterAll(() => app.close());
beforeEach(() => {
  app.served.length = 0;
  app.lines.length = 0;
});

function dial(at = url): Socket {
  const { hostname, port } = new URL(at);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  return socket;
}

describe('clients that take their time', () => {
  const drip = async (begin: string | Buffer, dripped: string) => {
    const socket = dial();
    let said = '';
    const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(said)));
    socket.on('data', (text) => (said += String(text)));
    socket.write(begin);
    const timer = setInterval(() => socket.write(dripped), 20);
    const end = await closed;
    clearInterval(timer);
    return end;
  };

  it.each([
    ['say nothing', '', ''],
    ['drip headers', 'GET /api/notes HTTP/1.1\r\n', 'a: b\r\n'],
    ['drip a body', post('Content-Length: 60000\r\n', '{"text":"'), 'x'],
    ['drip chunks', post('Transfer-Encoding: chunked\r\n', ''), '1\r\nx\r\n'],
  ])('are cut off when they %s, and others are served meanwhile', async (_what, begin, dripped) => {
    const slow = Array.from({ length: 10 }, () => drip(begin, dripped));
    const { answers } = await sendRaw(url, good('meanwhile'));
    expect(answers[0]!.status).toBe(201);
    for (const said of await Promise.all(slow))
      expect(said).toMatch(/^HTTP\/1.1 408 .*REQUEST_TIMEOUT/s);
    expect(app.served).toEqual(['meanwhile']);
  });

  it.each([
    ['of headers', 'POST /api/notes HTTP/1.1\r\nHost: notes\r\n', 'Content-Length: 13'],
    ['of a body', post('Content-Length: 13\r\n', '{"text"'), ':"ab"}'],
  ])('are not served when the rest %s comes after the refusal', async (what, begin, end) => {
    const { hostname, port } = new URL(url);
    const rest = what === 'of headers' ? `${end}${JSON_HEADERS}\r\n\r\n{"text":"ab"}` : end;
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.write(begin);
    const [refusal] = await once(socket, 'data');
    expect(String(refusal)).toMatch(/^HTTP\/1.1 408 /);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.end(rest);
    // What came later is served, so this had its chance.
    expect((await sendRaw(url, good('after'))).answers[0]!.status).toBe(201);
    await closed;
    expect(app.served).toEqual(['after']);
  });

  it.each([
    ['what is no request', 'no request\r\n\r\n', /HTTP\/1.1 400 /],
    [
      'a request that stays unfinished',
      post('Content-Length: 13\r\n', '{"text"'),
      /HTTP\/1.1 408 /,
    ],
  ])('are answered what they asked whole before %s', async (_what, behind, refusal) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let said = '';
    socket.on('data', (text) => (said += String(text)));
    socket.write(Buffer.concat([good('whole'), Buffer.from(behind)]));
    await once(socket, 'close');
    expect(app.served).toEqual(['whole']);
    expect(said).toMatch(/^HTTP\/1.1 201 /);
    expect(said).toMatch(refusal);
  });

  it('are looked for as often as it is said: Node.js itself looks twice a minute', async () => {
    const idle = await notesApp({ headersMs: 300, requestMs: 600, checkEveryMs: 3_600_000 });
    const kept = dial(idle.url);
    let isClosed = false;
    kept.resume().on('close', () => (isClosed = true));
    await once(kept, 'connect');
    // Before a second one was cut off, Node.js itself would have looked at all servers.
    for (const cutOff of [dial, dial]) await once(cutOff().resume(), 'close');
    expect(isClosed).toBe(false);
    kept.destroy();
    await idle.close();
  });

  it('cannot hold more connections than there are, and give them back', async () => {
    const [LIMIT, ASKED] = [20, 40];
    const small = await notesApp({ connectionsMax: LIMIT });
    const sockets = Array.from({ length: ASKED }, () => dial(small.url));
    const heard = new Map<Socket, string>();
    for (const socket of sockets) socket.on('data', (text) => heard.set(socket, String(text)));
    // Those over the limit are closed unanswered; the others stay, and are served.
    const open = () => sockets.filter(({ closed }) => !closed);
    await waitFor('those over the limit to be closed', () => open().length === LIMIT);
    expect(heard.size).toBe(0);
    for (const socket of open()) socket.write(good('held'));
    await waitFor('the others to be served', () => heard.size === LIMIT);
    for (const said of heard.values()) expect(said).toMatch(/^HTTP\/1.1 201 /);
    for (const socket of sockets) socket.destroy();
    await waitFor('newcomers to be served', async () => {
      return (await sendRaw(small.url, good('after'))).answers[0]?.status === 201;
    });
    await small.close();
  });
});

describe('the log of all this', () => {
  it('names no bug, whatever a client breaks off', async () => {
    const half = post('Content-Length: 100\r\n', '{"text"');
    await sendRaw(url, half, { timeoutMs: 50 });
    await sendRaw(url, get('/api/notes/slow'), { timeoutMs: 50 });
    app.letGo();
    await sendRaw(url, good('after'));
    await waitFor('its line', () => app.lines.some((line) => line.includes('"status":201')));
    expect(app.lines.filter((line) => !line.includes('"level":"info"'))).toEqual([]);
  });
});
