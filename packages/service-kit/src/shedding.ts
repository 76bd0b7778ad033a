import { Counter } from 'prom-client';
import type { Logger } from './logger.js';

/** Nothing was refused for so long: it is over. */
const CALM_AFTER_MS = 5_000;
const RETRY_SECONDS_MAX = 3;

const refusals = new Counter({
  name: 'requests_shed_total',
  help: 'Requests that were refused before anything was recorded, by reason',
  labelNames: ['reason'],
});

/** Spread over a few seconds, so that a crowd does not come back as one. */
export function retryAfterSeconds(random: number = Math.random()): string {
  return String(1 + Math.floor(random * RETRY_SECONDS_MAX));
}

/**
 * Counts what is refused, which may be thousands a second: by reason in /metrics, and with one line
 * in the log when it begins and one, with the numbers, when it has ended.
 */
export class Shedding {
  private readonly counts = new Map<string, number>();
  private beganAtMs = 0;
  private lastAtMs = 0;
  private calm: NodeJS.Timeout | undefined;

  constructor(
    private readonly logger: Logger,
    private readonly calmAfterMs: number = CALM_AFTER_MS,
  ) {}

  /** `fields` go on the line that says that it begins. */
  refused(reason: string, fields: object = {}): void {
    refusals.inc({ reason });
    this.lastAtMs = performance.now();
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
    if (this.calm) return;
    this.beganAtMs = this.lastAtMs;
    this.logger.warn({ reason, ...fields }, 'requests are being shed');
    this.lookAgainIn(this.calmAfterMs);
  }

  private lookAgainIn(delayMs: number): void {
    this.calm = setTimeout(() => this.check(), delayMs);
    this.calm.unref();
  }

  private check(): void {
    const quietMs = performance.now() - this.lastAtMs;
    if (quietMs < this.calmAfterMs) {
      this.lookAgainIn(this.calmAfterMs - quietMs);
      return;
    }
    const ms = Math.round(this.lastAtMs - this.beganAtMs);
    this.logger.warn({ ms, refused: Object.fromEntries(this.counts) }, 'no request is shed now');
    this.counts.clear();
    this.calm = undefined;
  }
}
