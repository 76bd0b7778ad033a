import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@backstitch/service-kit';
import type { HoldArchive } from './hold-archive.repository.js';

export interface ArchiverOptions {
  archive: Pick<HoldArchive, 'ranges' | 'archive'>;
  logger: Logger;
  /** Holds looked at in one transaction [1000]. */
  batchSize?: number;
}

const FIRST_RUN_MS = 5 * 60_000;
const BETWEEN_RUNS_MS = 60 * 60_000;
/** For a fifth of the time at most the database is busy with what is old. */
const PAUSE_PER_WORK = 4;
const PAUSE_MS_MIN = 50;
/** Of holds without a time in their ids so many batches are looked at in a run, and then the next. */
const BATCHES_MAX = 200;

/** Archives old holds, every hour or so; every replica may have one. */
export class HoldArchiver {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private resumeAt: string | undefined;

  constructor(private readonly options: ArchiverOptions) {}

  start(): void {
    this.running ??= this.runForEver();
  }

  /** Resolves when the batch under way has ended; none follows. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** One run; answers how many holds it archived. What failed is tried again by the next. */
  async run(): Promise<number> {
    const { archive, logger } = this.options;
    let archived = 0;
    try {
      const [inOrder, others] = await archive.ranges();
      await this.walk(inOrder!, Number.POSITIVE_INFINITY, (count) => (archived += count));
      const rest = { ...others!, from: this.resumeAt ?? others!.from };
      this.resumeAt = await this.walk(rest, BATCHES_MAX, (count) => (archived += count));
      logger.info({ archived }, 'old holds are archived');
    } catch (err) {
      logger.warn({ err, archived }, 'old holds could not be archived; trying again');
    }
    return archived;
  }

  private async runForEver(): Promise<void> {
    await this.pause(FIRST_RUN_MS * (1 + Math.random()));
    while (!this.stopping.signal.aborted) {
      await this.run();
      await this.pause(BETWEEN_RUNS_MS * (0.9 + 0.2 * Math.random()));
    }
  }

  /** Answers where it ended, when that was before the end. */
  private async walk(
    range: { from: string; to: string | undefined },
    batchesMax: number,
    count: (archived: number) => void,
  ): Promise<string | undefined> {
    const { archive, batchSize = 1_000 } = this.options;
    let next: string | undefined = range.from;
    for (let batches = 0; next !== undefined && batches < batchesMax; batches += 1) {
      if (this.stopping.signal.aborted) return next;
      const beganMs = performance.now();
      const done = await archive.archive({ from: next, to: range.to }, batchSize);
      count(done.archived);
      next = done.next;
      const workMs = performance.now() - beganMs;
      if (next !== undefined) await this.pause(Math.max(PAUSE_MS_MIN, workMs * PAUSE_PER_WORK));
    }
    return next;
  }

  private async pause(ms: number): Promise<void> {
    const { signal } = this.stopping;
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
