import { setTimeout as sleep } from 'node:timers/promises';
import {
  exposeCounters,
  exposeKnownGauge,
  type Logger,
  PeriodicJob,
} from '@backstitch/service-kit';
import type { LogDaysMaker } from './log-days.maker.js';
import type { OldRows, RetentionRepository } from './retention.repository.js';
import {
  firstDelayMs,
  INTERVAL_MS,
  nothingYet,
  pauseAfterMs,
  type RetentionCounts,
} from './retention.js';

export interface RetentionParts {
  repository: RetentionRepository;
  logDays: Pick<LogDaysMaker, 'make'>;
  logger: Logger;
  /** Rows in one transaction [500]. */
  batchSize?: number;
}

interface Walk {
  partition: string;
  /** Those that an earlier walk has left there. */
  remembered: readonly string[] | undefined;
  signal: AbortSignal;
}

const BATCH_SIZE = 500;
/** Sagas of a partition that had to stay, remembered, so that the partition is not read again. */
const REMEMBERED_MAX = 10_000;

/** Removes old rows every hour or so, in batches with pauses, so that checkouts keep their speed. */
export class RetentionWorker {
  /** The run under way ends after its batch when the job is stopped. */
  readonly job: PeriodicJob;
  private readonly parts: RetentionParts;
  private readonly batchSize: number;
  private readonly left = new Map<string, readonly string[]>();
  /** Since the process started. */
  private readonly totals = { ...nothingYet(), runs: 0, failedRuns: 0 };
  private isLogBusy = false;
  private lastSuccessAtS: number | undefined;
  private partitions: number | undefined;

  constructor(parts: RetentionParts) {
    this.parts = parts;
    this.batchSize = parts.batchSize ?? BATCH_SIZE;
    this.job = new PeriodicJob({
      name: 'retention',
      logger: parts.logger,
      run: (signal) => this.run(signal),
      firstDelayMs: firstDelayMs(Math.random()),
      intervalMs: INTERVAL_MS,
    });
  }

  /** Registers its metrics; call it once in a process. */
  expose(): this {
    exposeCounters('retention', this.totals);
    const lastRun = 'Unix time of the end of the last complete run; absent before the first one';
    exposeKnownGauge('retention_last_run_seconds', lastRun, () => this.lastSuccessAtS);
    exposeKnownGauge('saga_log_partitions', 'Partitions of the log', () => this.partitions);
    return this;
  }

  /**
   * One run. Answers what it did; undefined when it was stopped, or another orchestrator removes.
   * Rejects when it could not remove all; what it removed until then is removed.
   */
  async run(signal = new AbortController().signal): Promise<RetentionCounts | undefined> {
    const { repository, logDays, logger } = this.parts;
    const counts = nothingYet();
    try {
      // A saga of a day to come needs its partition, whichever orchestrator removes.
      counts.partitionsMade = await logDays.make();
      const done = await repository.alone((old) => this.removeOld(old, counts, signal));
      this.totals.runs += 1;
      if (!done) return undefined;
      this.lastSuccessAtS = Math.round(Date.now() / 1_000);
      logger.info({ ...counts }, 'old rows are removed');
      return counts;
    } catch (error) {
      if (signal.aborted) return undefined;
      this.totals.failedRuns += 1;
      throw error;
    } finally {
      for (const [name, count] of Object.entries(counts)) {
        this.totals[name as keyof RetentionCounts] += count;
      }
    }
  }

  private async removeOld(
    old: OldRows,
    counts: RetentionCounts,
    signal: AbortSignal,
  ): Promise<true> {
    this.isLogBusy = false;
    for (const { name, isDefault, expired } of await old.partitions()) {
      if (isDefault) await this.clearDefault(old, name, counts, signal);
      else if (expired) await this.endPartition(old, name, counts, signal);
    }
    await this.inBatches(signal, async () => {
      const removed = await old.removeKeys(this.batchSize);
      counts.keys += removed;
      return removed === this.batchSize;
    });
    await this.inBatches(signal, async () => {
      const removed = await old.removeDeadLetters(this.batchSize);
      counts.deadLetters += removed;
      return removed === this.batchSize;
    });
    this.partitions = (await old.partitions()).length;
    return true;
  }

  /** Drops a partition once no saga is left of those that have rows in it. */
  private async endPartition(
    old: OldRows,
    name: string,
    counts: RetentionCounts,
    signal: AbortSignal,
  ): Promise<void> {
    const left: string[] = [];
    const remembered = this.left.get(name);
    const walk = { partition: name, remembered, signal };
    await this.forSagas(old, walk, async (sagaIds) => {
      const removed = await old.removeSagas(sagaIds);
      counts.sagas += removed.sagas;
      counts.keys += removed.keys;
      left.push(...removed.left);
    });
    const dropped = left.length === 0 && !this.isLogBusy && (await this.drop(old, name));
    if (dropped) counts.partitionsDropped += 1;
    else counts.partitionsKept += 1;
    if (!dropped && left.length <= REMEMBERED_MAX) this.left.set(name, left);
    else this.left.delete(name);
  }

  /** Writers wait during each attempt, so a run ends after one that failed. */
  private async drop(old: OldRows, name: string): Promise<boolean> {
    const why = await old.dropPartition(name);
    if (why === undefined) return true;
    this.isLogBusy = true;
    this.parts.logger.warn(
      { partition: name, why },
      'a partition of the log is locked; dropping it later',
    );
    return false;
  }

  /** It has rows only when no partition was there in time; they go one by one. */
  private async clearDefault(
    old: OldRows,
    name: string,
    counts: RetentionCounts,
    signal: AbortSignal,
  ): Promise<void> {
    const walk = { partition: name, remembered: undefined, signal };
    await this.forSagas(old, walk, async (sagaIds) => {
      const removed = await old.removeSagas(sagaIds);
      counts.sagas += removed.sagas;
      counts.keys += removed.keys;
      await old.removeStrayLogs(sagaIds);
    });
  }

  /** All sagas with rows in a partition, or those that an earlier walk has left there, in batches. */
  private async forSagas(
    old: OldRows,
    { partition, remembered, signal }: Walk,
    work: (sagaIds: readonly string[]) => Promise<void>,
  ): Promise<void> {
    const size = this.batchSize;
    let after: string | undefined;
    let done = 0;
    await this.inBatches(signal, async () => {
      const sagaIds =
        remembered?.slice(done, done + size) ?? (await old.sagasIn(partition, size, after));
      if (sagaIds.length > 0) await work(sagaIds);
      done += sagaIds.length;
      after = sagaIds.at(-1);
      return sagaIds.length === size;
    });
  }

  /** Pauses after each batch, the longer the slower the database is; throws when it is stopped. */
  private async inBatches(signal: AbortSignal, batch: () => Promise<boolean>): Promise<void> {
    for (let isMore = true; isMore; ) {
      signal.throwIfAborted();
      const beganMs = performance.now();
      isMore = await batch();
      const pauseMs = pauseAfterMs(performance.now() - beganMs);
      if (isMore) await sleep(pauseMs, undefined, { signal, ref: false });
    }
  }
}
