import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { sendRaw } from '@backstitch/testkit';
import { get, note, type NotesApp, notesApp, sized } from '../testing/notes-app.js';

const ID = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';

let app: NotesApp;
beforeAll(async () => {
  app = await notesApp({ bodyBytesMax: 1_000 });
});
afterAll(() => app.close());
beforeEach(() => {
  app.served.length = 0;
});

async function answerTo(bytes: string): Promise<string> {
  const [answer] = (await sendRaw(app.url, bytes)).answers;
  const { status, body } = answer!;
  return status < 400 ? String(status) : `${status} ${JSON.parse(body).code}`;
}

/** A good note whose headers about its content are these alone. */
const withHeaders = (headers: string, body = note('a')) =>
  `POST /api/notes HTTP/1.1\r\nHost: a\r\n${headers}${sized(body)}\r\n${body}`;

describe('headers about content', () => {
  it.each([
    'Content-Type: application/json; charset=ISO-8859-1',
    'Content-Type: text/plain',
    'Content-Type: nonsense',
    'Content-Encoding: gzip',
    'Content-Type: text/plain\r\nContent-Length: 0',
    'Accept: text/xml',
    'Accept-Charset: utf-16',
  ])('say nothing about a GET without any: %s', async (header) => {
    expect(await answerTo(get(`/api/notes/${ID}`, `${header}\r\n`))).toBe('200');
  });

  it('say nothing about the content of a GET, which is not read', async () => {
    const headers = 'Content-Type: text/plain\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n';
    const [answer] = (await sendRaw(app.url, `${get(`/api/notes/${ID}`, headers)}xx`)).answers;
    expect(answer!.status).toBe(200);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json ; charset="utf-8"',
    'application/json; Charset="Utf-8"',
    'application/json; charset="\\u\\t\\f-8"',
    'Application/JSON',
    'APPLICATION/JSON; CHARSET=UTF8',
    'application/json; profile="a; charset=latin1"',
    'application/json; v=1; charset=utf-8',
    'application/json;',
  ])('that name JSON in UTF-8 are taken in any spelling: %s', async (type) => {
    expect(await answerTo(withHeaders(`Content-Type: ${type}\r\n`))).toBe('201');
  });

  it.each([
    ['Content-Type: application/json; charset=ISO-8859-1', '400 UNSUPPORTED_CONTENT_TYPE'],
    ['Content-Type: application/json; charset="utf-16"', '400 UNSUPPORTED_CONTENT_TYPE'],
    ['Content-Type: application/json-seq', '400 UNSUPPORTED_CONTENT_TYPE'],
    ['Content-Type: application/jsonx; a=application/json', '400 UNSUPPORTED_CONTENT_TYPE'],
    ['Content-Type: text/plain; a="application/json"', '400 UNSUPPORTED_CONTENT_TYPE'],
    ['Content-Type: json', '400 UNSUPPORTED_CONTENT_TYPE'],
    ['X-None: 1', '400 UNSUPPORTED_CONTENT_TYPE'],
    [
      'Content-Type: application/json\r\nContent-Encoding: gzip',
      '415 UNSUPPORTED_CONTENT_ENCODING',
    ],
    [
      'Content-Type: application/json\r\nContent-Encoding: identity, br',
      '415 UNSUPPORTED_CONTENT_ENCODING',
    ],
  ])('that name anything else are refused: %s', async (header, refusal) => {
    expect(await answerTo(withHeaders(`${header}\r\n`))).toBe(refusal);
    expect(app.served).toEqual([]);
  });

  it.each(['identity', 'Identity', 'identity, identity', ''])(
    'that name no coding are taken: "%s"',
    async (coding) => {
      const headers = `Content-Type: application/json\r\nContent-Encoding: ${coding}\r\n`;
      expect(await answerTo(withHeaders(headers))).toBe('201');
    },
  );

  it('that name a compression of the transfer are refused', async () => {
    const type = 'Content-Type: application/json\r\n';
    const chunked = `${type}Transfer-Encoding: gzip, chunked\r\n`;
    const bytes = `POST /api/notes HTTP/1.1\r\nHost: a\r\n${chunked}\r\n2\r\n{}\r\n0\r\n\r\n`;
    expect(await answerTo(bytes)).toBe('415 UNSUPPORTED_CONTENT_ENCODING');
  });
});

/** What comes back to a request whose body is held back until the server asks for it. */
function exchange(head: string, body: string): Promise<string> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let said = '';
    let sent = false;
    socket.on('data', (text) => {
      said += String(text);
      if (said.startsWith('HTTP/1.1 100') && !sent) {
        sent = true;
        socket.write(body);
      }
      if (/HTTP\/1.1 [2-5]\d\d /.test(said)) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(statuses(said)));
    socket.write(head);
  });
}

function statuses(said: string): string {
  return [...said.matchAll(/^HTTP\/1.1 (\d{3}) /gm)].map(([, status]) => status).join(' ');
}

const expecting = (path: string, headers: string) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n${headers}\r\n`;
const JSON_TYPE = 'Content-Type: application/json\r\n';

describe('a client that waits to be asked for its body', () => {
  it('is asked for it when nothing stands against the request', async () => {
    const head = expecting('/api/notes', JSON_TYPE + sized(note('a')));
    expect(await exchange(head, note('a'))).toBe('100 201');
    const spelled = head.replace('100-continue', '100-Continue');
    expect(await exchange(spelled, note('a'))).toBe('100 201');
  });

  it.each([
    ['the body is too large', '/api/notes', `${JSON_TYPE}Content-Length: 200000\r\n`, '413'],
    ['there is nothing at the address', '/api/nothing', `${JSON_TYPE}${sized('{}')}`, '404'],
    ['the method is not taken', '/api/notes/slow', `${JSON_TYPE}${sized('{}')}`, '405'],
    ['the body is no JSON', '/api/notes', `Content-Type: text/plain\r\n${sized('{}')}`, '400'],
    [
      'the body is compressed',
      '/api/notes',
      `${JSON_TYPE}Content-Encoding: br\r\n${sized('{}')}`,
      '415',
    ],
  ])('is not asked for it when %s', async (_why, path, headers, status) => {
    expect(await exchange(expecting(path, headers), '{}')).toBe(status);
    expect(app.served).toEqual([]);
  });

  it.each(['tea', '100-continue, tea', '200-ok', ''])(
    'is refused when it waits for anything else: "%s"',
    async (expected) => {
      const head = expecting('/api/notes', JSON_TYPE + sized('{}'));
      const status = await exchange(head.replace('100-continue', expected), '{}');
      expect(status).toBe('417');
    },
  );
});

describe('OPTIONS *', () => {
  it('is answered with the methods of the server', async () => {
    const [answer] = (await sendRaw(app.url, 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n')).answers;
    expect(answer).toMatchObject({ status: 204, headers: { allow: 'GET, HEAD, OPTIONS, POST' } });
  });

  it('is there for no other method', async () => {
    const [answer] = (await sendRaw(app.url, 'GET * HTTP/1.1\r\nHost: a\r\n\r\n')).answers;
    expect(answer!.status).toBe(404);
  });
});
