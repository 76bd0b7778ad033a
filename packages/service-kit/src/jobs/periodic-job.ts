import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logger.js';
import { exposeJob, observeRun } from './job-metrics.js';
import { nextPauseMs } from './next-pause.js';

export interface PeriodicJobOptions {
  /** In logs, and the label `job` of its metrics. */
  name: string;
  logger: Logger;
  /** One run. A run that is long ends early when `signal` says that the job is stopped. */
  run: (signal: AbortSignal) => Promise<unknown>;
  /** Between the end of a run and the next one. */
  intervalMs: number;
  /** Before the first run [the interval, with its jitter]. */
  firstDelayMs?: number;
  /** The share by which a pause differs from the interval at most, at random [0.1]. */
  jitter?: number;
  /** The pause doubles with each failure in a row, up to this or the interval [10 000]. */
  backoffMsMax?: number;
  /** How long stop() waits for the run under way [until it has ended]. */
  stopTimeoutMs?: number;
}

const JITTER = 0.1;
const BACKOFF_MS_MAX = 10_000;

/**
 * Runs something every so often until it is stopped, one run at a time. A run that rejects is
 * logged and counted, and the next one comes later: see `backoffMsMax`. Metrics: backstitch_job_*.
 */
export class PeriodicJob {
  readonly name: string;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly options: PeriodicJobOptions) {
    this.name = options.name;
    exposeJob(options.name);
  }

  /** A second call does nothing, and neither does one after stop(). */
  start(): void {
    this.running ??= this.runUntilStopped();
  }

  /** No run follows. Resolves when the run under way has ended, or after `stopTimeoutMs`. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const { stopTimeoutMs } = this.options;
    if (stopTimeoutMs === undefined) return this.running;
    await Promise.race([this.running, sleep(stopTimeoutMs, undefined, { ref: false })]);
  }

  private async runUntilStopped(): Promise<void> {
    const { signal } = this.stopping;
    let failuresInARow = 0;
    let pauseMs = this.options.firstDelayMs ?? this.pauseMs(0);
    for (;;) {
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      const error = await this.failureOfRun(signal);
      if (signal.aborted) return;
      failuresInARow = error === undefined ? 0 : failuresInARow + 1;
      pauseMs = this.pauseMs(failuresInARow);
      if (error !== undefined) this.logFailure(error, failuresInARow, pauseMs);
    }
  }

  /** Undefined when the run did what it should; what a stop cut short is no failure. */
  private async failureOfRun(signal: AbortSignal): Promise<Error | undefined> {
    const { name, run } = this.options;
    const beganMs = performance.now();
    const tookMs = () => performance.now() - beganMs;
    try {
      await run(signal);
      observeRun(name, 'succeeded', tookMs());
      return undefined;
    } catch (error) {
      if (signal.aborted) return undefined;
      observeRun(name, 'failed', tookMs());
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  private pauseMs(failuresInARow: number): number {
    const { intervalMs, jitter = JITTER, backoffMsMax = BACKOFF_MS_MAX } = this.options;
    return nextPauseMs({ intervalMs, jitter, backoffMsMax }, failuresInARow, Math.random());
  }

  private logFailure(err: Error, failuresInARow: number, pauseMs: number): void {
    const { name: job, logger } = this.options;
    const nextRunMs = Math.round(pauseMs);
    logger.warn({ job, err, failuresInARow, nextRunMs }, 'a periodic job failed; trying again');
  }
}
