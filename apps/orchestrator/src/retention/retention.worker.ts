import { setTimeout as sleep } from 'node:timers/promises';
import { exposeCounters, exposeKnownGauge, type Logger } from '@backstitch/service-kit';
import type { LogDaysMaker } from './log-days.maker.js';
import type { OldRows, RetentionRepository } from './retention.repository.js';
import { nothingYet, pauseAfterMs, type RetentionCounts, untilNextRunMs } from './retention.js';

export interface RetentionParts {
  repository: RetentionRepository;
  logDays: Pick<LogDaysMaker, 'make'>;
  logger: Logger;
  /** Rows in one transaction [500]. */
  batchSize?: number;
}

/** What a stop interrupts; nothing is left half done. */
class Stopped extends Error {}

const BATCH_SIZE = 500;
/** Sagas of a partition that had to stay, remembered so that it need not be walked again. */
const REMEMBERED_MAX = 10_000;

/** Removes what is too old, every hour or so, in batches that leave the database to the checkouts. */
export class RetentionWorker {
  private readonly parts: RetentionParts;
  private readonly batchSize: number;
  private readonly left = new Map<string, readonly string[]>();
  private readonly stopping = new AbortController();
  /** Since the process started. */
  private readonly totals = { ...nothingYet(), runs: 0, failedRuns: 0 };
  private running: Promise<void> | undefined;
  private isLogBusy = false;
  private lastSuccessAtS: number | undefined;
  private partitions: number | undefined;

  constructor(parts: RetentionParts) {
    this.parts = parts;
    this.batchSize = parts.batchSize ?? BATCH_SIZE;
  }

  /** Tells of itself under /metrics; once a process. */
  expose(): this {
    exposeCounters('retention', this.totals);
    const lastRun =
      'When the last run that removed all it should ended; absent before the first one';
    exposeKnownGauge('retention_last_run_seconds', lastRun, () => this.lastSuccessAtS);
    exposeKnownGauge('saga_log_partitions', 'Partitions of the log', () => this.partitions);
    return this;
  }

  start(): void {
    this.running ??= this.runForEver();
  }

  /** Resolves when the batch under way has ended; none follows. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** One run. Answers what it did; undefined when it could not, or another orchestrator is at it. */
  async run(): Promise<RetentionCounts | undefined> {
    const { repository, logDays, logger } = this.parts;
    const counts = nothingYet();
    try {
      // A saga of a day to come needs its partition, whichever orchestrator removes.
      counts.partitionsMade = await logDays.make();
      const done = await repository.alone((old) => this.removeOld(old, counts));
      this.totals.runs += 1;
      if (!done) return undefined;
      this.lastSuccessAtS = Math.round(Date.now() / 1_000);
      logger.info({ ...counts }, 'what was too old is removed');
      return counts;
    } catch (error) {
      if (error instanceof Stopped) return undefined;
      this.totals.failedRuns += 1;
      logger.warn({ err: error, ...counts }, 'what is too old could not be removed; trying again');
      return undefined;
    } finally {
      for (const [name, count] of Object.entries(counts)) {
        this.totals[name as keyof RetentionCounts] += count;
      }
    }
  }

  private async runForEver(): Promise<void> {
    try {
      for (let isFirst = true; ; isFirst = false) {
        await this.pause(untilNextRunMs(isFirst, Math.random()));
        await this.run();
      }
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }

  private async removeOld(old: OldRows, counts: RetentionCounts): Promise<true> {
    this.isLogBusy = false;
    for (const { name, isDefault, expired } of await old.partitions()) {
      if (isDefault) await this.clearDefault(old, name, counts);
      else if (expired) await this.endPartition(old, name, counts);
    }
    await this.inBatches(async () => {
      const removed = await old.removeKeys(this.batchSize);
      counts.keys += removed;
      return removed === this.batchSize;
    });
    await this.inBatches(async () => {
      const removed = await old.removeDeadLetters(this.batchSize);
      counts.deadLetters += removed;
      return removed === this.batchSize;
    });
    this.partitions = (await old.partitions()).length;
    return true;
  }

  /** Drops a partition once no saga is left of those that have rows in it. */
  private async endPartition(old: OldRows, name: string, counts: RetentionCounts): Promise<void> {
    const left: string[] = [];
    const remembered = this.left.get(name);
    await this.forSagas(old, name, remembered, async (sagaIds) => {
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

  /** Whoever writes waits behind each attempt: one in vain is enough for this run. */
  private async drop(old: OldRows, name: string): Promise<boolean> {
    const why = await old.dropPartition(name);
    if (why === undefined) return true;
    this.isLogBusy = true;
    this.parts.logger.warn({ partition: name, why }, 'a day of the log is busy; dropping it later');
    return false;
  }

  /** It has rows only when no partition was there in time; they go one by one. */
  private async clearDefault(old: OldRows, name: string, counts: RetentionCounts): Promise<void> {
    await this.forSagas(old, name, undefined, async (sagaIds) => {
      const removed = await old.removeSagas(sagaIds);
      counts.sagas += removed.sagas;
      counts.keys += removed.keys;
      await old.removeStrayLogs(sagaIds);
    });
  }

  /** All sagas with rows in a partition, or those that an earlier walk has left there, in batches. */
  private async forSagas(
    old: OldRows,
    partition: string,
    remembered: readonly string[] | undefined,
    work: (sagaIds: readonly string[]) => Promise<void>,
  ): Promise<void> {
    const size = this.batchSize;
    let behind: string | undefined;
    let done = 0;
    await this.inBatches(async () => {
      const sagaIds =
        remembered?.slice(done, done + size) ?? (await old.sagasIn(partition, size, behind));
      if (sagaIds.length > 0) await work(sagaIds);
      done += sagaIds.length;
      behind = sagaIds.at(-1);
      return sagaIds.length === size;
    });
  }

  /** Pauses after each batch, the longer the slower the database is; throws Stopped. */
  private async inBatches(batch: () => Promise<boolean>): Promise<void> {
    for (let isMore = true; isMore; ) {
      if (this.stopping.signal.aborted) throw new Stopped();
      const beganMs = performance.now();
      isMore = await batch();
      if (isMore) await this.pause(pauseAfterMs(performance.now() - beganMs));
    }
  }

  private async pause(ms: number): Promise<void> {
    const { signal } = this.stopping;
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) throw new Stopped();
  }
}
