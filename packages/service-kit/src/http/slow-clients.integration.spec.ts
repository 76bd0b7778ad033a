import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sendRaw, waitFor } from '@backstitch/testkit';
import { get, good, type NotesApp, notesApp, post } from '../testing/notes-app.js';

const JSON_HEADERS = '\r\nContent-Type: application/json';

let app: NotesApp;
let url: string;

beforeAll(async () => {
  app = await notesApp({
    headersMs: 300,
    requestMs: 600,
    checkEveryMs: 50,
    connectionsMax: 20,
  });
  ({ url } = app);
});
afterAll(() => app.close());
beforeEach(() => {
  app.served.length = 0;
  app.lines.length = 0;
});

describe('clients that take their time', () => {
  const drip = async (begin: string | Buffer, dripped: string) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let said = '';
    const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(said)));
    socket.on('data', (text) => (said += String(text)));
    socket.on('error', () => undefined);
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
    const beganMs = performance.now();
    const slow = Array.from({ length: 10 }, () => drip(begin, dripped));
    const { answers } = await sendRaw(url, good('meanwhile'));
    expect(answers[0]!.status).toBe(201);
    for (const said of await Promise.all(slow))
      expect(said).toMatch(/^HTTP\/1.1 408 .*REQUEST_TIMEOUT/s);
    // By default Node checks its connections twice a minute only.
    expect(performance.now() - beganMs).toBeLessThan(15_000);
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

  it('cannot hold more connections than there are, and give them back', async () => {
    const { hostname, port } = new URL(url);
    let toldWhy = 0;
    const closed = Array.from({ length: 40 }, () => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      socket.once('data', () => (toldWhy += 1));
      return new Promise((resolve) => socket.on('close', resolve));
    });
    await Promise.all(closed);
    // Those over the limit are closed at once and unanswered, the others for their silence.
    expect(toldWhy).toBeGreaterThan(0);
    expect(toldWhy).toBeLessThanOrEqual(20);
    await waitFor('others to be served', async () => {
      return (await sendRaw(url, good('after'))).answers[0]?.status === 201;
    });
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
