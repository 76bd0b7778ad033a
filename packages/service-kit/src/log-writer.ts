import { write, writeSync } from 'node:fs';
import { keptLines } from './logs/kept-lines.js';

/** Lines wait for company at most this long, or until there is a buffer full of them. */
const FLUSH_INTERVAL_MS = 200;
const BUFFER_BYTES = 4096;
/** A reader that lags behind by this much loses lines rather than fills the memory. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;
/** A pipe that is full is tried again after this long. */
const FULL_PAUSE_MS = 10;
/** At exit a full pipe is waited for as often as this, and no longer. */
const FULL_PAUSES_MAX = 50;

/** Lines of this process that are lost: the reader was too slow, or is gone. */
export const logLosses = { linesDropped: 0 };

/**
 * Writes log lines to a file descriptor in the background. Losing its reader (EPIPE) it falls
 * silent: an app whose parent is gone must still be able to end, which pino's own writer would
 * keep it from by trying for ever at exit.
 */
export class LogWriter {
  private waiting = '';
  private writing: Buffer | undefined;
  private timer: NodeJS.Timeout | undefined;
  private soon: NodeJS.Immediate | undefined;
  private gone = false;

  constructor(private readonly fd: number) {}

  write(line: string): void {
    if (this.gone || this.waiting.length > WAITING_BYTES_MAX) {
      logLosses.linesDropped += 1;
      return;
    }
    this.waiting += line;
    if (this.waiting.length >= BUFFER_BYTES) this.flushSoon();
    else this.flushLater(FLUSH_INTERVAL_MS);
  }

  /** Writes what is waiting before it returns; what is being written is on its way already. */
  flushSync(): void {
    // The thread that writes gives no sign until the event loop turns: it is left to go first.
    if (this.writing) sleepSync(FULL_PAUSE_MS);
    let rest = Buffer.from(this.waiting);
    this.waiting = '';
    for (let pauses = 0; rest.length > 0 && !this.gone; ) {
      try {
        rest = rest.subarray(writeSync(this.fd, rest));
      } catch (error) {
        pauses += 1;
        if (!isFull(error) || pauses > FULL_PAUSES_MAX) this.gone = true;
        else sleepSync(FULL_PAUSE_MS);
      }
    }
  }

  /** Not within this turn: a process that ends in it has nothing under way, and keeps the order. */
  private flushSoon(): void {
    this.soon ??= setImmediate(() => {
      this.soon = undefined;
      this.flush();
    });
  }

  private flushLater(delayMs: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.flush();
    }, delayMs).unref();
  }

  private flush(): void {
    if (this.writing || this.gone || this.waiting === '') return;
    this.writing = Buffer.from(this.waiting);
    this.waiting = '';
    keptLines.add(this.writing);
    this.writeRest();
  }

  private writeRest(): void {
    write(this.fd, this.writing!, (error, bytes) => {
      if (error && !isFull(error)) {
        this.gone = true;
        logLosses.linesDropped += linesIn(this.waiting);
        this.waiting = '';
        return;
      }
      this.writing = this.writing!.subarray(bytes);
      if (this.writing.length > 0) {
        setTimeout(() => this.writeRest(), error ? FULL_PAUSE_MS : 0).unref();
        return;
      }
      this.writing = undefined;
      if (this.waiting.length >= BUFFER_BYTES) this.flush();
      else if (this.waiting !== '') this.flushLater(FLUSH_INTERVAL_MS);
    });
  }
}

function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function linesIn(text: string): number {
  return text.split('\n').length - 1;
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
