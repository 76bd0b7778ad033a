import type { FastifyReply } from 'fastify';
import { PassThrough } from 'node:stream';
import { retryAfterSeconds, type Shedding } from '../shedding.js';
import { Problem } from './problem.js';

/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export const EVENT_STREAM_MEDIA_TYPE = 'text/event-stream';

export interface StreamedEvent {
  readonly event: string;
  /** Where a client that comes back goes on: its Last-Event-ID. */
  readonly id?: string;
  readonly data: unknown;
}

export interface EventStreamsOptions {
  /** More are refused. */
  readonly max: number;
  readonly shedding: Shedding;
  /** How often a comment shows that the stream is alive; never without it. */
  readonly heartbeatMs?: number;
  /** A stream ends then, so that its client comes back with a token that is still valid. */
  readonly ageMaxMs?: number;
}

const RETRY_MS = 1_000;
/** A client that does not read what it is sent is given up when so much waits for it. */
const UNREAD_BYTES_MAX = 1_000_000;

/** The open streams of an app: their number is bounded, and a shutdown ends them with a `bye`. */
export class EventStreams {
  private readonly open = new Set<EventStream>();
  private isClosing = false;

  constructor(private readonly options: EventStreamsOptions) {}

  get size(): number {
    return this.open.size;
  }

  /** Throws the refusal when no place is free. */
  checkPlace(): void {
    const { max, shedding } = this.options;
    if (!this.isClosing && this.open.size < max) return;
    if (!this.isClosing) shedding.refused('streams', { open: this.open.size });
    const detail = this.isClosing
      ? 'This instance is shutting down. Open the stream again.'
      : `At most ${max} streams may be open. Read the page of the saga instead, or try again later.`;
    const headers = { 'retry-after': retryAfterSeconds() };
    throw new Problem('UNAVAILABLE', detail, { quiet: true, headers });
  }

  /** Answers a request by a stream. It takes a place until it ends or its client leaves. */
  begin(reply: FastifyReply): EventStream {
    this.checkPlace();
    const stream = new EventStream(this.options);
    this.open.add(stream);
    stream.closed.addEventListener('abort', () => this.open.delete(stream));
    void reply
      .header('content-type', EVENT_STREAM_MEDIA_TYPE)
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .send(stream.body);
    return stream;
  }

  /** Ends all streams, and takes no new one: their clients come back to another instance. */
  close(): void {
    this.isClosing = true;
    for (const stream of this.open) stream.bye();
  }
}

/** One answer that goes on. */
export class EventStream {
  readonly body = new PassThrough();
  private readonly ended = new AbortController();
  private readonly timers: NodeJS.Timeout[] = [];

  constructor({ heartbeatMs, ageMaxMs }: Pick<EventStreamsOptions, 'heartbeatMs' | 'ageMaxMs'>) {
    // Fastify destroys it when the client leaves.
    this.body.once('close', () => this.stop());
    this.body.on('error', () => this.stop());
    if (heartbeatMs !== undefined) {
      this.timers.push(setInterval(() => this.write(': still open\n\n'), heartbeatMs));
    }
    if (ageMaxMs !== undefined) this.timers.push(setTimeout(() => this.bye(), ageMaxMs));
    for (const timer of this.timers) timer.unref();
    this.write(`retry: ${RETRY_MS}\n\n`);
  }

  /** Aborted once the stream has ended, whoever ended it. */
  get closed(): AbortSignal {
    return this.ended.signal;
  }

  send({ event, id, data }: StreamedEvent): void {
    const named = id === undefined ? '' : `id: ${id}\n`;
    this.write(`event: ${event}\n${named}data: ${JSON.stringify(data)}\n\n`);
  }

  /** Whole events, as another app made them. */
  write(text: string | Buffer): void {
    if (this.closed.aborted) return;
    this.body.write(text);
    if (this.body.writableLength > UNREAD_BYTES_MAX) this.body.destroy();
  }

  /** Ends it; the client comes back with the id of the last event that it got. */
  bye(retryMs: number = RETRY_MS): void {
    this.send({ event: 'bye', data: { retryMs } });
    this.end();
  }

  end(): void {
    this.body.end();
    this.stop();
  }

  private stop(): void {
    for (const timer of this.timers.splice(0)) clearTimeout(timer);
    this.ended.abort();
  }
}
