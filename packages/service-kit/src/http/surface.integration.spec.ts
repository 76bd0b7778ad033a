import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendRaw } from '@backstitch/testkit';
import { Controller, Get, Header, Module, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../boot.js';
import { AppConfig } from '../config/app-config.js';
import { createLoggerTo } from '../logger.js';

let served = 0;

@Controller('notes')
class NotesController {
  @Get()
  read(): object {
    served += 1;
    return {};
  }

  @Get('cached')
  @Header('cache-control', 'max-age=60')
  cached(): object {
    return {};
  }

  @Post()
  take(): never {
    served += 1;
    throw new Error('lost');
  }
}

@Module({ controllers: [NotesController] })
class NotesModule {}

let app: NestFastifyApplication;
let url: string;

async function start(settings: Partial<AppConfig>): Promise<void> {
  app = await createApp({
    name: 'notes',
    module: NotesModule,
    config: Object.assign(new AppConfig(), settings),
    logger: createLoggerTo({ write: () => undefined }, 'test', 'info'),
  });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
}

const HEADERS = {
  'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};
const first = async (bytes: string) => (await sendRaw(url, bytes)).answers[0]!;

describe('the surface of an app', () => {
  beforeAll(() => start({ ALLOWED_HOSTS: 'shop.internal' }));
  afterAll(() => app.close());

  it.each([
    ['another host', 'GET /notes HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
    ['another host, in odd case', 'GET /notes HTTP/1.1\r\nhOST: EVIL.Example.\r\n\r\n'],
    ['no host', 'GET /notes HTTP/1.1\r\n\r\n'],
    ['no host, in HTTP/1.0', 'GET /notes HTTP/1.0\r\n\r\n'],
    ['an empty host', 'GET /notes HTTP/1.1\r\nHost:\r\n\r\n'],
    ['user info', 'GET /notes HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n'],
    ['another host in its address', 'GET http://evil.example/notes HTTP/1.1\r\nHost: a\r\n\r\n'],
    [
      'another host in its address, the right one beside it',
      'GET http://evil.example/notes HTTP/1.1\r\nHost: localhost\r\n\r\n',
    ],
    [
      'another host, and a page of it as its origin',
      'POST /notes HTTP/1.1\r\nHost: evil.example:3004\r\nOrigin: http://evil.example:3004\r\n' +
        'Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
    ],
    ['another host, of a route that is none', 'GET /none HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
    ['another host, of health', 'GET /health/live HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
  ])('does not serve a request that names %s', async (_what, bytes) => {
    served = 0;
    const { status, headers, body } = await first(bytes);
    expect(status).toBe(421);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({
      code: 'MISDIRECTED_REQUEST',
      status: 421,
      requestId: headers['x-request-id'],
    });
    expect(served).toBe(0);
  });

  it.each(['localhost', '127.0.0.1:1', '[::1]', 'SHOP.internal.:80'])(
    'serves a request that names %s',
    async (host) => {
      expect((await first(`GET /notes HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).status).toBe(200);
    },
  );

  it.each([
    [200, 'GET /notes HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    [200, 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    [400, 'noise\r\n\r\n'],
    [400, 'CONNECT a:80 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    [404, 'GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    [404, 'GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    [405, 'DELETE /notes HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    [417, 'POST /notes HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\nContent-Length: 0\r\n\r\n'],
    [421, 'GET /notes HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
    [431, `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
    [500, 'POST /notes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n'],
  ])('has the security headers on an answer %i', async (status, bytes) => {
    const answer = await first(bytes);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject(HEADERS);
    expect(answer.headers).not.toHaveProperty('strict-transport-security');
  });

  it('lets a route say that its answer may be kept', async () => {
    const { headers } = await first('GET /notes/cached HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(headers['cache-control']).toBe('max-age=60');
  });
});

describe('an app that browsers reach by TLS', () => {
  beforeAll(() => start({ HSTS_MAX_AGE_SECONDS: 86_400 }));
  afterAll(() => app.close());

  it('tells them to come by nothing else', async () => {
    const { headers } = await first('GET /notes HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(headers['strict-transport-security']).toBe('max-age=86400');
  });
});
