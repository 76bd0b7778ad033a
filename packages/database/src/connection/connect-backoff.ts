import { ConnectFailed, reasonOf } from '../database-fault.js';

export interface ConnectLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

const PAUSE_MIN_MS = 50;
const PAUSE_MAX_MS = 1_000;
const LOG_AGAIN_MS = 10_000;

/**
 * Back-off for connecting to a database that refuses connections. While connecting fails, one
 * attempt is made at a time, after a growing pause, and all other callers get the last failure at
 * once. The log has each reason once, and the end.
 */
export class ConnectBackoff {
  private failure: ConnectFailed | undefined;
  private logged = { why: '', atMs: Number.NEGATIVE_INFINITY };
  private isEndUnlogged = false;
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
    if (this.isEndUnlogged)
      this.logger.info({ pool: this.name }, 'connected to the database again');
    this.isEndUnlogged = false;
    this.failure = undefined;
    this.pauseMs = PAUSE_MIN_MS;
  }

  failed(error: unknown): ConnectFailed {
    const failure = new ConnectFailed(error);
    this.isTrying = false;
    this.failure = failure;
    this.nextTryAtMs = this.nowMs() + this.pauseMs;
    this.pauseMs = Math.min(PAUSE_MAX_MS, this.pauseMs * 2);
    this.log(failure);
    return failure;
  }

  private log(failure: ConnectFailed): void {
    const why = reasonOf(failure);
    const isKnown = why === this.logged.why && (this.isEndUnlogged || this.wasLoggedLately());
    if (isKnown) return;
    this.logged = { why, atMs: this.nowMs() };
    this.isEndUnlogged = true;
    const fields = { pool: this.name, why, ...(failure.code !== '' && { code: failure.code }) };
    this.logger.warn(fields, 'no connection to the database');
  }

  /** A server that refuses now and then (too many connections) is logged now and then. */
  private wasLoggedLately(): boolean {
    return this.nowMs() - this.logged.atMs < LOG_AGAIN_MS;
  }
}
