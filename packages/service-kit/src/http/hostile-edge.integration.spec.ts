import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sendRaw, waitFor } from '@backstitch/testkit';
import { get, good, note, type NotesApp, notesApp, post, sized } from '../testing/notes-app.js';

let app: NotesApp;
let url: string;

beforeAll(async () => {
  app = await notesApp({ pipelinedMax: 4 });
  ({ url } = app);
});
afterAll(() => app.close());
beforeEach(() => {
  app.served.length = 0;
});

/** The one answer, which must be a problem document of ours whatever came before it. */
async function refusal(bytes: string | Buffer): Promise<string> {
  const { answers } = await sendRaw(url, bytes);
  const { status, headers, body } = answers[0]!;
  expect(headers['content-type']).toContain('application/problem+json');
  expect(headers['x-request-id']).toMatch(/^[\x21-\x7e]{1,128}$/);
  const problem = JSON.parse(body) as Record<string, unknown>;
  expect(problem).toMatchObject({ status, success: false, statusCode: status });
  expect(problem.requestId).toBe(headers['x-request-id']);
  return `${status} ${String(problem.code)}`;
}

describe('what is no HTTP that can be read', () => {
  const chunked = 'Transfer-Encoding: chunked\r\n';
  it.each([
    ['noise', 'EHLO mail\r\n\r\n', '400 MALFORMED_REQUEST'],
    ['TLS', Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), '400 MALFORMED_REQUEST'],
    ['an unknown verb', 'FROB /api/notes HTTP/1.1\r\nHost: a\r\n\r\n', '400 MALFORMED_REQUEST'],
    ['HTTP/9.9', 'GET / HTTP/9.9\r\nHost: a\r\n\r\n', '400 MALFORMED_REQUEST'],
    ['no host', 'GET /api/notes/slow HTTP/1.1\r\n\r\n', '400 MALFORMED_REQUEST'],
    ['two hosts', get('/api/notes/slow', 'Host: b\r\n'), '400 MALFORMED_REQUEST'],
    ['NUL in a header', get('/api/notes/slow', 'X-A: a\0b\r\n'), '400 MALFORMED_REQUEST'],
    ['a header without a name', get('/api/notes/slow', ': b\r\n'), '400 MALFORMED_REQUEST'],
    ['a bare LF', 'GET /api/notes/slow HTTP/1.1\nHost: a\n\n', '400 MALFORMED_REQUEST'],
    ['a tunnel', 'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n', '400 MALFORMED_REQUEST'],
    [
      'two lengths',
      post('Content-Length: 3\r\nContent-Length: 4\r\n', '{}'),
      '400 MALFORMED_REQUEST',
    ],
    ['a negative length', post('Content-Length: -1\r\n', '{}'), '400 MALFORMED_REQUEST'],
    [
      'length and chunks',
      post(`Content-Length: 5\r\n${chunked}`, '0\r\n\r\n'),
      '400 MALFORMED_REQUEST',
    ],
    [
      'chunks and length',
      post(`${chunked}Content-Length: 5\r\n`, '0\r\n\r\n'),
      '400 MALFORMED_REQUEST',
    ],
    [
      'chunks not last',
      post('Transfer-Encoding: chunked, x\r\n', '0\r\n\r\n'),
      '400 MALFORMED_REQUEST',
    ],
    ['a chunk without a size', post(chunked, 'zz\r\n{}\r\n0\r\n\r\n'), '400 MALFORMED_REQUEST'],
    ['a chunk with a huge size', post(chunked, 'fffffffffffffffff\r\n'), '400 MALFORMED_REQUEST'],
    [
      'an endless chunk extension',
      post(chunked, `2;${'e'.repeat(20_000)}\r\n{}`),
      '413 BODY_TOO_LARGE',
    ],
    [
      'a long header',
      get('/api/notes/slow', `X-A: ${'a'.repeat(17_000)}\r\n`),
      '431 HEADERS_TOO_LARGE',
    ],
    ['a long address', get(`/api/${'a'.repeat(17_000)}`), '431 HEADERS_TOO_LARGE'],
    ['9,000 headers', get('/api/notes/slow', 'a: b\r\n'.repeat(9_000)), '431 HEADERS_TOO_LARGE'],
    [
      'another expectation',
      post('Expect: tea\r\nContent-Length: 2\r\n', '{}'),
      '417 EXPECTATION_FAILED',
    ],
  ])('is answered in our words: %s', async (_what, bytes, expected) => {
    expect(await refusal(bytes)).toBe(expected);
    expect(app.served).toEqual([]);
  });

  it.each([
    ['a gzipped body', 'Content-Encoding: gzip\r\n', '{}', '415 UNSUPPORTED_CONTENT_ENCODING'],
    ['a body in UTF-16', 'Content-Type: application/json; charset=utf-16\r\n', '{}', '400 '],
    ['bytes that are not UTF-8', '', Buffer.from([0x7b, 0xff]), '400 MALFORMED_BODY'],
    ['levels without end', '', '['.repeat(60_000), '400 MALFORMED_BODY'],
    ['a member twice', '', '{"text":"a","text":"b"}', '400 MALFORMED_BODY'],
    ['__proto__', '', '{"text":"a","__proto__":{"text":"b"}}', '400 MALFORMED_BODY'],
    ['constructor', '', '{"text":"a","constructor":1}', '400 MALFORMED_BODY'],
    ['140 KB', '', `"${'x'.repeat(140_000)}"`, '413 BODY_TOO_LARGE'],
  ])('nor is a body that is %s', async (_what, headers, body, expected) => {
    const length = `Content-Length: ${Buffer.byteLength(body)}\r\n`;
    const request = post(headers + length, body).toString('latin1');
    // The header of the case counts, not the usual one before it.
    const own = headers.startsWith('Content-Type')
      ? request.replace('Content-Type: application/json\r\n', '')
      : request;
    expect(await refusal(Buffer.from(own, 'latin1'))).toContain(expected);
    expect(app.served).toEqual([]);
  });

  it('is answered after the requests before it on the connection', async () => {
    const bytes = [get('/api/notes/slow'), get('/api/notes/1'), 'mess\r\n\r\n'];
    const exchange = sendRaw(url, bytes, { answers: 3 });
    await waitFor('the slow one to be begun', () => app.served.includes('slow'));
    app.letGo();
    const { answers } = await exchange;
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 400]);
    expect(answers[2]!.body).toContain('MALFORMED_REQUEST');
  });

  it('does not take the answer from a request whose body was not announced', async () => {
    const { answers } = await sendRaw(url, post('', note('a')));
    expect(answers[0]!.body).toContain('MALFORMED_BODY');
    expect(app.served).toEqual([]);
  });

  it('does not let a request hide in the body of another one', async () => {
    const inner = good('smuggled').toString();
    const outer = post(`Content-Length: ${inner.length}\r\nTransfer-Encoding: chunked\r\n`, inner);
    await sendRaw(url, outer, { answers: 2, timeoutMs: 500 });
    const empty = post(`Content-Length: 0\r\n`, inner);
    await sendRaw(url, empty, { answers: 2 });
    // The second is two requests, however it is read.
    expect(app.served).toEqual(['smuggled']);
  });
});

describe('addresses', () => {
  it.each([
    ['POST', '/api/notes/slow', 'GET, HEAD'],
    ['DELETE', '/api/notes', 'POST'],
    ['PROPFIND', '/api/notes?a=b', 'POST'],
    ['OPTIONS', '/api/notes', 'POST'],
    ['PUT', '/health/live', 'GET, HEAD'],
    ['DELETE', '/%61pi/notes', 'POST'],
    ['DELETE', 'http://x/api/notes', 'POST'],
    ['DELETE', 'HTTP://x:80/api/notes?a', 'POST'],
  ])('say which methods they take: %s %s', async (method, path, allow) => {
    const bytes = `${method} ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`;
    expect(await refusal(bytes)).toBe('405 METHOD_NOT_ALLOWED');
    expect((await sendRaw(url, bytes)).answers[0]!.headers.allow).toBe(allow);
  });

  it.each([
    'POST /api/nothing',
    'POST /api/nothing?',
    'PROPFIND /',
    'GET /api/notes/a/b',
    'GET //',
    'GET /api/notes/%',
    'GET /api/notes/%ff%fe',
    'GET /api/..%2f..%2fetc/passwd',
    `GET /api/notes/${'a'.repeat(200)}`,
  ])('that are none are 404 whatever the method: %s', async (line) => {
    const bytes = `${line} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`;
    expect(await refusal(bytes)).toMatch(/^40[04] (ROUTE_NOT_FOUND|VALIDATION_FAILED)$/);
  });

  it.each(['%00', '%0d%0ax-injected:1', "'%3b--", '660facf7', '%20'])(
    'take no id like %j',
    async (id) => {
      expect(await refusal(get(`/api/notes/${id}`))).toMatch(/^400 /);
    },
  );
});

describe('headers that come back', () => {
  it.each([
    ['too long', 'x'.repeat(129)],
    ['blanks', 'a b'],
    ['a tab', 'a\tb'],
    ['not ASCII', 'caf\u00e9'],
    ['nothing', ''],
  ])('never carry a request id that is %s', async (_what, id) => {
    const { answers } = await sendRaw(url, get('/api/notes/1', `x-request-id: ${id}\r\n`));
    expect(answers[0]!.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('cannot be made by a line break in a request id', async () => {
    const headers = 'x-request-id: a\r\n set-cookie: b\r\n';
    const { answers } = await sendRaw(url, get('/api/notes/1', headers));
    expect(answers[0]!.headers).not.toHaveProperty('set-cookie');
    expect(answers[0]!.headers['x-request-id']).not.toContain('set-cookie');
  });
});

describe('what is HTTP, if rarely seen', () => {
  const chunks = '3\r\n{"t\r\na\r\next":"ch"}\r\n0\r\nx-trailer: a\r\n\r\n';
  it.each([
    ['HTTP/1.0', 'GET /api/notes/660facf7-b9cf-417a-8ee1-27afe2fb2c72 HTTP/1.0\r\n\r\n'],
    ['chunks and a trailer', post('Transfer-Encoding: chunked\r\n', chunks)],
    ['Expect: 100-continue', post(`Expect: 100-continue\r\n${sized(note('e'))}`, note('e'))],
    ['an upgrade', post(`Connection: upgrade\r\nUpgrade: h2c\r\n${sized(note('u'))}`, note('u'))],
    ['identity', post(`Content-Encoding: identity\r\n${sized(note('i'))}`, note('i'))],
  ])('is served: %s', async (_what, bytes) => {
    const { answers } = await sendRaw(url, bytes);
    expect(answers[0]!.status).toBeLessThan(300);
  });

  it('answers pipelined requests in their order, and refuses too many at once', async () => {
    const { answers } = await sendRaw(url, [good('1'), good('2'), good('3')], { answers: 3 });
    expect(answers.map(({ body }) => body)).toEqual([note('1'), note('2'), note('3')]);
    const pipe = sendRaw(url, get('/api/notes/slow') + get('/api/notes/1').repeat(9), {
      answers: 6,
    });
    await waitFor('the slow one to be begun', () => app.served.includes('slow'));
    app.letGo();
    const statuses = (await pipe).answers.map(({ status }) => status);
    expect(statuses.slice(0, 5)).toEqual([200, 400, 400, 400, 429]);
  });
});
