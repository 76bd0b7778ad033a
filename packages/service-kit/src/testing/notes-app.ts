import { Body, Controller, Get, Module, Param, Post, Req } from '@nestjs/common';
import { IsString } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { createApp } from '../boot.js';
import { AppConfig } from '../config/app-config.js';
import { type EdgeOptions, traceRequest } from '../http/fastify.js';
import type { HttpLimits } from '../http/limits.js';
import { UuidParam } from '../http/validation.js';
import { createLoggerTo } from '../logger.js';

/** What reached a handler, in order. */
const served: string[] = [];
let letGo: () => void = () => undefined;

/** More than the buffers between two processes hold. */
const LARGE_BYTES = 50_000_000;

class Note {
  @IsString()
  text!: string;
}

@Controller('notes')
class NotesController {
  @Post()
  take(@Body() { text }: Note): { text: string } {
    served.push(text);
    return { text };
  }

  @Get('slow')
  async slow(@Req() request: FastifyRequest): Promise<{ slow: true }> {
    traceRequest(request, { sagaId: 'the saga of slow' });
    served.push('slow');
    await new Promise<void>((resolve) => (letGo = resolve));
    return { slow: true };
  }

  @Get('large')
  large(): string {
    served.push('large');
    return 'x'.repeat(LARGE_BYTES);
  }

  @Get(':id')
  read(@Param('id', new UuidParam('id')) id: string): { id: string } {
    return { id };
  }
}

@Module({ controllers: [NotesController] })
class NotesModule {}

/** An app behind the HTTP edge, small enough to tell what reached it. */
export interface NotesApp {
  url: string;
  served: string[];
  /** The lines of its log. */
  lines: string[];
  /** Ends the GET of notes/slow that began last. */
  letGo(): void;
  close(): Promise<void>;
}

export async function notesApp(
  limits: Partial<HttpLimits>,
  edge: EdgeOptions = {},
): Promise<NotesApp> {
  const lines: string[] = [];
  const app = await createApp({
    name: 'notes',
    module: NotesModule,
    prefix: 'api',
    config: Object.assign(new AppConfig(), { ALLOWED_HOSTS: '*' }),
    logger: createLoggerTo({ write: (line) => void lines.push(line) }, 'test', 'info'),
    limits,
    edge,
  });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return { url, served, lines, letGo: () => letGo(), close: () => app.close() };
}

export const post = (headers: string, body: string | Buffer) =>
  Buffer.concat([
    Buffer.from(`POST /api/notes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n`),
    Buffer.from(headers, 'latin1'),
    Buffer.from('\r\n'),
    Buffer.from(body),
  ]);
export const note = (text: string) => JSON.stringify({ text });
export const sized = (body: string) => `Content-Length: ${Buffer.byteLength(body)}\r\n`;
export const good = (text: string) => post(sized(note(text)), note(text));
export const get = (path: string, headers = '') =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;
