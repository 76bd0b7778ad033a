import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sendRaw, waitFor } from '@backstitch/testkit';
import { metricsRegistry } from '../metrics.js';
import { get, good, type NotesApp, notesApp, post } from '../testing/notes-app.js';

const ID = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';

interface Line {
  requestId: string;
  method: string;
  url: string;
  status: number;
  ms: number;
  aborted?: boolean;
  sagaId?: string;
}

let app: NotesApp;
beforeAll(async () => {
  app = await notesApp({ requestMs: 400, headersMs: 300, checkEveryMs: 50 });
});
afterAll(() => app.close());
beforeEach(() => {
  app.served.length = 0;
  app.lines.length = 0;
  metricsRegistry.resetMetrics();
});

function accessLog(): Line[] {
  const lines = app.lines.map((line) => JSON.parse(line) as Line & { msg: string });
  return lines.filter(({ msg }) => msg === 'request');
}

/** `method route status` of each observation, as often as it was made. */
async function observed(): Promise<string[]> {
  const text = await metricsRegistry.getSingleMetricAsString('http_request_duration_seconds');
  return [...text.matchAll(/^\w+_count\{(.*)\} (\d+)$/gm)].flatMap(([, labels = '', count]) => {
    const of = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1];
    const observation = `${of('method')} ${of('route')} ${of('status')}`;
    return Array.from({ length: Number(count) }, () => observation);
  });
}

function open(bytes: string | Buffer): Socket {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(bytes);
  return socket;
}

/** A request that is answered after all that was before it has ended, and its line. */
async function lastRequest(): Promise<void> {
  await sendRaw(app.url, get(`/api/notes/${ID}`, 'x-last: 1\r\n'));
  await waitFor('its line', () => accessLog().some(({ url }) => url === `/api/notes/${ID}`));
}

/** The one line and the one observation of what came before the last request. */
async function told(): Promise<{ line: Line; observation: string }> {
  await waitFor('a line', () => accessLog().length > 0);
  await lastRequest();
  const lines = accessLog().filter(({ url }) => url !== `/api/notes/${ID}`);
  const observations = (await observed()).filter((one) => !one.includes('/:id 200'));
  expect([lines.length, observations.length]).toEqual([1, 1]);
  return { line: lines[0]!, observation: observations[0]! };
}

describe('a request has one line in the log and one observation', () => {
  it('when it is answered', async () => {
    await sendRaw(app.url, good('a'));
    const { line, observation } = await told();
    expect(line).toMatchObject({ method: 'POST', url: '/api/notes', status: 201 });
    expect(line).not.toHaveProperty('aborted');
    expect(observation).toBe('POST /api/notes 201');
  });

  it('when its client goes away while it uploads', async () => {
    const socket = open(post('Content-Length: 1000\r\n', '{"text":"'));
    await waitFor('the connection', () => socket.bytesWritten > 0);
    await lastRequest();
    app.lines.length = 0;
    socket.destroy();
    const { line, observation } = await told();
    expect(line).toMatchObject({ status: 499, aborted: true });
    expect(observation).toBe('POST /api/notes 499');
  });

  it('when its client goes away while it waits, with the ids that are known', async () => {
    const socket = open(get('/api/notes/slow'));
    await waitFor('the request to be served', () => app.served.includes('slow'));
    socket.destroy();
    await waitFor('its line', () => accessLog().length === 1);
    app.letGo();
    const { line, observation } = await told();
    expect(line).toMatchObject({ status: 499, aborted: true, sagaId: 'the saga of slow' });
    expect(observation).toBe('GET /api/notes/slow 499');
  });

  it('when its client closes one side only and has no answer', async () => {
    const socket = open(get('/api/notes/slow'));
    await waitFor('the request to be served', () => app.served.includes('slow'));
    socket.end();
    await waitFor('its line', () => accessLog().length === 1);
    app.letGo();
    expect((await told()).line).toMatchObject({ status: 499, aborted: true });
  });

  it('when its client goes away while the answer is written', async () => {
    const socket = open(get('/api/notes/large'));
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    socket.destroy();
    const { line, observation } = await told();
    expect(line).toMatchObject({ status: 499, aborted: true });
    expect(observation).toBe('GET /api/notes/large 499');
  });

  it('when its body does not arrive in time', async () => {
    const { answers } = await sendRaw(app.url, post('Content-Length: 1000\r\n', '{"text":"'));
    const { line, observation } = await told();
    expect(line).toMatchObject({ status: 408, requestId: answers[0]!.headers['x-request-id'] });
    expect(observation).toBe('POST /api/notes 408');
  });

  it('when its body is no chunk', async () => {
    const { answers } = await sendRaw(app.url, post('Transfer-Encoding: chunked\r\n', 'zz\r\n'));
    const { line, observation } = await told();
    expect(line).toMatchObject({ status: 400, requestId: answers[0]!.headers['x-request-id'] });
    expect(observation).toBe('POST /api/notes 400');
  });

  it.each([
    ['when it is no HTTP', 'EHLO mail\r\n\r\n', 400, 'unknown unknown 400'],
    ['when it is a tunnel', 'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'unknown unknown 400'],
    ['when its address cannot be read', get('/api/notes/%zz'), 404, 'GET unknown 404'],
    [
      'when its parameter is too long',
      get(`/api/notes/${'a'.repeat(200)}`),
      404,
      'GET unknown 404',
    ],
    ['when there is nothing at its address', get('/api/nothing'), 404, 'GET unknown 404'],
    ['when its method is not taken', get('/api/notes'), 405, 'GET /api/notes 405'],
    [
      'when its body is too large',
      post('Content-Length: 200000\r\n', '{'),
      413,
      'POST /api/notes 413',
    ],
    [
      'when its connection is closed after it',
      good('a').toString().replace('Host', 'Connection: close\r\nHost'),
      201,
      'POST /api/notes 201',
    ],
    ['when it expects what is not done', post('Expect: tea\r\n', ''), 417, 'POST /api/notes 417'],
  ])('%s', async (_what, bytes, status, observation) => {
    const { answers } = await sendRaw(app.url, bytes);
    const { line, observation: made } = await told();
    expect(line).toMatchObject({ status, requestId: answers[0]!.headers['x-request-id'] });
    expect(made).toBe(observation);
  });
});

describe('the requests of a pipelining client that goes away', () => {
  it('have one line each, also those whose answer waited for another', async () => {
    const socket = open(get('/api/notes/slow') + good('b').toString() + get('/api/notes/large'));
    await waitFor('all to be served', () => app.served.length === 3);
    socket.destroy();
    await waitFor('their lines', () => accessLog().length >= 3);
    app.letGo();
    await lastRequest();
    const lines = accessLog().filter(({ url }) => url !== `/api/notes/${ID}`);
    expect(lines.map(({ url, status, aborted }) => [url, status, aborted])).toEqual([
      ['/api/notes/slow', 499, true],
      ['/api/notes', 499, true],
      ['/api/notes/large', 499, true],
    ]);
    expect((await observed()).filter((one) => one.endsWith('499'))).toHaveLength(3);
  });
});
