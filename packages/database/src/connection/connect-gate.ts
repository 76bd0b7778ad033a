import { ConnectFailed, reasonOf } from '../database-fault.js';

export interface ConnectLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

const PAUSE_MIN_MS = 50;
const PAUSE_MAX_MS = 1_000;
const TELL_AGAIN_MS = 10_000;

/**
 * Back-off for connecting to a database that refuses connections. While connecting fails, one attempt
 * is made at a time, after a growing pause, and all other callers get the last failure at once. The
 * log has each reason once, and the end.
 */
export class ConnectGate {
  private failure: ConnectFailed | undefined;
  private told = { why: '', atMs: Number.NEGATIVE_INFINITY };
  private isEndOwed = false;
  private isTrying = false;
  private pauseMs = PAUSE_MIN_MS;
  private nextTryAtMs = 0;

  constructor(
    private readonly name: string,
    private readonly logger: ConnectLogger,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Why not to try now; undefined: the caller may try, and then calls connected() or failed(). */
  enter(): ConnectFailed | undefined {
    if (!this.failure) return undefined;
    if (this.isTrying || this.nowMs() < this.nextTryAtMs) return this.failure;
    this.isTrying = true;
    return undefined;
  }

  connected(): void {
    this.isTrying = false;
    if (this.isEndOwed) this.logger.info({ pool: this.name }, 'connected to the database again');
    this.isEndOwed = false;
    this.failure = undefined;
    this.pauseMs = PAUSE_MIN_MS;
  }

  failed(error: unknown): ConnectFailed {
    const failure = new ConnectFailed(error);
    this.isTrying = false;
    this.failure = failure;
    this.nextTryAtMs = this.nowMs() + this.pauseMs;
    this.pauseMs = Math.min(PAUSE_MAX_MS, this.pauseMs * 2);
    this.tell(failure);
    return failure;
  }

  private tell(failure: ConnectFailed): void {
    const why = reasonOf(failure);
    const isKnown = why === this.told.why && (this.isEndOwed || this.isTold());
    if (isKnown) return;
    this.told = { why, atMs: this.nowMs() };
    this.isEndOwed = true;
    const fields = { pool: this.name, why, ...(failure.code !== '' && { code: failure.code }) };
    this.logger.warn(fields, 'no connection to the database');
  }

  /** A server that refuses now and then (too many connections) is logged now and then. */
  private isTold(): boolean {
    return this.nowMs() - this.told.atMs < TELL_AGAIN_MS;
  }
}
