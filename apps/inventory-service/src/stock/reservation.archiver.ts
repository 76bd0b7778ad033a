import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, PeriodicJob } from '@backstitch/service-kit';
import type { ReservationArchive } from './reservation-archive.repository.js';

export interface ArchiverOptions {
  archive: Pick<ReservationArchive, 'ranges' | 'archive'>;
  logger: Logger;
  /** Reservations read in one batch [1000]. */
  batchSize?: number;
}

const FIRST_RUN_MS = 5 * 60_000;
const INTERVAL_MS = 60 * 60_000;
/** For a fifth of the time at most the database is busy with what is old. */
const PAUSE_PER_WORK = 4;
const PAUSE_MS_MIN = 50;
/**
 * Of reservations without a time in their ids a run reads so many batches, and the next run goes on
 * there.
 */
const BATCHES_MAX = 200;

/** Archives old reservations, every hour or so; every replica may have one. */
export class ReservationArchiver {
  readonly job: PeriodicJob;
  private resumeAt: string | undefined;

  constructor(private readonly options: ArchiverOptions) {
    this.job = new PeriodicJob({
      name: 'reservation-archiver',
      logger: options.logger,
      run: (signal) => this.run(signal),
      firstDelayMs: FIRST_RUN_MS * (1 + Math.random()),
      intervalMs: INTERVAL_MS,
    });
  }

  /** One run; answers how many reservations it archived. What failed is left for the next run. */
  async run(signal = new AbortController().signal): Promise<number> {
    const { archive, logger } = this.options;
    let archived = 0;
    const count = (more: number) => (archived += more);
    const [inOrder, others] = await archive.ranges();
    await this.walk(inOrder!, Number.POSITIVE_INFINITY, count, signal);
    const rest = { ...others!, from: this.resumeAt ?? others!.from };
    this.resumeAt = await this.walk(rest, BATCHES_MAX, count, signal);
    logger.info({ archived }, 'old reservations are archived');
    return archived;
  }

  /** Answers where it ended, when that was before the end of the range. */
  private async walk(
    range: { from: string; to: string | undefined },
    batchesMax: number,
    count: (archived: number) => void,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { archive, batchSize = 1_000 } = this.options;
    let next: string | undefined = range.from;
    for (let batches = 0; next !== undefined && batches < batchesMax; batches += 1) {
      if (signal.aborted) return next;
      const beganMs = performance.now();
      const done = await archive.archive({ from: next, to: range.to }, batchSize);
      count(done.archived);
      next = done.next;
      const pauseMs = Math.max(PAUSE_MS_MIN, (performance.now() - beganMs) * PAUSE_PER_WORK);
      if (next === undefined) break;
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
    return next;
  }
}
