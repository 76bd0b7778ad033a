import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Module, Param, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Type } from 'class-transformer';
import { IsArray, IsInt, IsString, Min, ValidateNested } from 'class-validator';
import { createApp } from '../boot.js';
import { AppConfig } from '../config/app-config.js';
import { createLoggerTo } from '../logger.js';
import { metricsRegistry } from '../metrics.js';
import { Problem } from './problem.js';
import { UuidParam } from './validation.js';

class Line {
  @IsInt({ message: 'quantity must be an integer' })
  @Min(1)
  quantity!: number;
}

class Basket {
  @IsString()
  owner!: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Line)
  items!: Line[];
}

@Controller('baskets')
class BasketController {
  @Post()
  fill(@Body() basket: Basket): Basket {
    return basket;
  }

  @Get('broken')
  broken(): never {
    throw new Error('password of 10.0.0.7');
  }

  @Get('refused')
  refused(): never {
    throw new Problem('PRICE_CHANGED', 'It costs more now', { headers: { 'x-price': '2' } });
  }

  @Get(':id')
  read(@Param('id', new UuidParam('id')) id: string): { id: string } {
    return { id };
  }
}

@Module({ controllers: [BasketController] })
class BasketModule {}

const manyMembers = JSON.stringify(
  Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`p${n}`, 1])),
);

describe('the HTTP edge', () => {
  const lines: string[] = [];
  let broken: string | undefined;
  let app: NestFastifyApplication;
  let address: string;

  beforeAll(async () => {
    app = await createApp({
      name: 'test',
      module: BasketModule,
      prefix: 'api',
      config: new AppConfig(),
      logger: createLoggerTo({ write: (line) => void lines.push(line) }, 'test', 'info'),
      readiness: () => [
        {
          name: 'database',
          check: () => {
            if (broken) throw new Error(broken);
          },
        },
      ],
    });
    await app.listen(0, '127.0.0.1');
    address = await app.getUrl();
  });

  afterAll(() => app.close());

  const ask = async (path: string, init?: RequestInit) => {
    const answer = await fetch(address + path, init);
    const text = await answer.text();
    const json = () => JSON.parse(text);
    return {
      status: answer.status,
      header: (name: string) => answer.headers.get(name),
      text,
      json,
    };
  };
  const post = (body: string, contentType = 'application/json') =>
    ask('/api/baskets', { method: 'POST', headers: { 'content-type': contentType }, body });

  it('lets a valid body through', async () => {
    const answer = await post('{"owner":"u","items":[{"quantity":1}]}');
    expect(answer.json()).toEqual({ owner: 'u', items: [{ quantity: 1 }] });
  });

  it.each([
    ['a wrong field', '{"owner":"u","items":[{"quantity":"2"}]}', 'items.0.quantity'],
    ['a missing field', '{"items":[]}', 'owner'],
    ['an unknown property', '{"owner":"u","items":[],"admin":true}', 'admin'],
    ['an unknown property deep down', '{"owner":"u","items":[{"quantity":1,"x":1}]}', 'items.0.x'],
  ])('names the field of %s', async (_name, body, field) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.header('content-type')).toMatch('application/problem+json');
    expect(answer.json()).toMatchObject({ code: 'VALIDATION_FAILED', success: false });
    expect(answer.json().errors.map((each: { field: string }) => each.field)).toContain(field);
  });

  it('names one unknown property of a body of many', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`p${n}`, 1]));
    expect((await post(JSON.stringify(unknown))).json().errors).toEqual([
      { field: 'p0', message: 'p0 is not a known property' },
    ]);
  });

  it.each([
    ['of thousands of members', manyMembers, 'application/json', 400, 'MALFORMED_BODY'],
    ['not JSON', '{"owner"', 'application/json', 400, 'MALFORMED_BODY'],
    ['empty', '', 'application/json', 400, 'MALFORMED_BODY'],
    ['a list', '[]', 'application/json', 400, 'MALFORMED_BODY'],
    ['null', 'null', 'application/json', 400, 'MALFORMED_BODY'],
    ['a text', '"x"', 'application/json', 400, 'MALFORMED_BODY'],
    ['a number', '5', 'application/json', 400, 'MALFORMED_BODY'],
    ['a poisoned prototype', '{"__proto__":{}}', 'application/json', 400, 'MALFORMED_BODY'],
    ['text', '{}', 'text/plain', 400, 'UNSUPPORTED_CONTENT_TYPE'],
    ['a form', 'a=1', 'application/x-www-form-urlencoded', 400, 'UNSUPPORTED_CONTENT_TYPE'],
    ['over 1 MB', `"${'x'.repeat(1_048_576)}"`, 'application/json', 413, 'BODY_TOO_LARGE'],
  ])('refuses a body that is %s', async (_name, body, contentType, status, code) => {
    const answer = await post(body, contentType);
    expect([answer.status, answer.json().code]).toEqual([status, code]);
  });

  it.each([['/api/nothing'], ['/'], ['/%zz'], ['/api/health/live']])(
    'has nothing at %s, and says so',
    async (url) => {
      const answer = await ask(url);
      expect([answer.status, answer.json().code]).toEqual([404, 'ROUTE_NOT_FOUND']);
      expect(answer.header('x-request-id')).toBeTruthy();
    },
  );

  it('takes ids in any case, and refuses what is no UUID', async () => {
    const id = '660FACF7-B9CF-417A-8EE1-27AFE2FB2C72';
    expect((await ask(`/api/baskets/${id}`)).json()).toEqual({ id: id.toLowerCase() });
    const refused = await ask('/api/baskets/17');
    expect(refused.status).toBe(400);
    expect(refused.json().errors).toEqual([{ field: 'id', message: 'id must be a UUID' }]);
  });

  it('answers a refusal with its headers', async () => {
    const answer = await ask('/api/baskets/refused');
    expect([answer.status, answer.header('x-price')]).toEqual([409, '2']);
    expect(answer.json()).toMatchObject({ code: 'PRICE_CHANGED', message: 'It costs more now' });
  });

  it('logs a bug with its stack and the request id, and tells the caller nothing', async () => {
    const headers = { 'x-request-id': 'find-me' };
    const answer = await ask('/api/baskets/broken', { headers });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('10.0.0.7');
    expect(answer.header('x-request-id')).toBe('find-me');
    const logged = lines.find((line) => line.includes('10.0.0.7'));
    expect(JSON.parse(logged!)).toMatchObject({
      requestId: 'find-me',
      err: { stack: expect.any(String) },
    });
  });

  it('is ready while every check passes, else 503 without why, and back by itself', async () => {
    expect((await ask('/health/ready')).json()).toEqual({ status: 'ok' });
    broken = 'connect ECONNREFUSED 10.0.0.7';
    const answer = await ask('/health/ready');
    expect([answer.status, answer.json()]).toEqual([503, { status: 'error' }]);
    expect((await ask('/health/live')).status).toBe(200);
    broken = undefined;
    expect((await ask('/health/ready')).status).toBe(200);
  });

  it('counts requests by route, not by address', async () => {
    const text = await metricsRegistry.metrics();
    expect(text).toMatch(/http_request_duration_seconds_count\{.*route="\/api\/baskets\/:id"/);
    expect(text).not.toContain('660facf7');
  });
});
