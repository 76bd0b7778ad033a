import type { BatchOutcome, Waiting } from './waiting.js';

export interface SplitRunnerOptions<Item, Result> {
  /** How many items run at once. */
  concurrency: number;
  run(item: Item): Promise<BatchOutcome<Result>>;
  isLocked(error: unknown): boolean;
  locksOf(entry: Waiting<Item, Result>): readonly string[];
  /** Called with the outcome of each entry, once. */
  settled(entry: Waiting<Item, Result>, outcome: BatchOutcome<Result>): void;
  nowMs?: () => number;
}

interface Queued<Item, Result> {
  entry: Waiting<Item, Result>;
  locks: readonly string[];
  sinceMs: number;
}

/** The longest time that an entry waits behind others for the same lock; its caller may retry. */
const QUEUED_MS_MAX = 1_000;
/** After this time the lock is tried in a batch again. Longer than a caller's pause between two tries. */
const SUSPICION_MS = 30_000;
const SUSPECTED_MAX = 10_000;

/**
 * Runs the items of a split batch: a batch that failed because another session held a lock. Each item
 * runs alone. A lock on which an item timed out is suspected until an item has got it. A later item
 * that needs a suspected lock is not put into a batch, but runs here at once. So a lock of another
 * session delays only the items that need it: one of them tries at a time, and the others share its
 * outcome.
 */
export class SplitRunner<Item, Result> {
  private readonly options: SplitRunnerOptions<Item, Result>;
  private readonly nowMs: () => number;
  /** Suspected locks, with the time of the latest timeout. */
  private readonly suspected = new Map<string, number>();
  private readonly locksInUse = new Set<string>();
  private queue: Queued<Item, Result>[] = [];
  private running = 0;
  private runningSuspected = 0;

  constructor(options: SplitRunnerOptions<Item, Result>) {
    this.options = options;
    this.nowMs = options.nowMs ?? (() => performance.now());
  }

  /** How many entries wait to run. */
  get queuedCount(): number {
    return this.queue.length;
  }

  get isEmpty(): boolean {
    return this.running === 0 && this.queue.length === 0;
  }

  /** Whether an entry needs a suspected lock. */
  isSuspected(entry: Waiting<Item, Result>): boolean {
    return this.suspected.size > 0 && this.suspectedCount(this.options.locksOf(entry)) > 0;
  }

  suspect(entry: Waiting<Item, Result>): void {
    this.suspectLocks(this.options.locksOf(entry));
  }

  take(entries: readonly Waiting<Item, Result>[]): void {
    for (const entry of entries) {
      const locks = this.options.locksOf(entry);
      this.queue.push({ entry, locks, sinceMs: this.nowMs() });
    }
    this.runNext();
  }

  private runNext(): void {
    while (this.running < this.options.concurrency) {
      const next = this.next();
      if (!next) return;
      this.queue = this.queue.filter((each) => each !== next);
      void this.runOne(next);
    }
  }

  /**
   * The entry with the fewest suspected locks, none of them in use. One of the concurrent runs is
   * kept for entries without a suspected lock.
   */
  private next(): Queued<Item, Result> | undefined {
    const suspectedMax = Math.max(1, this.options.concurrency - 1);
    let best: Queued<Item, Result> | undefined;
    let fewest = this.runningSuspected < suspectedMax ? Number.POSITIVE_INFINITY : 1;
    for (const each of this.queue) {
      const suspectedCount = this.suspectedCount(each.locks);
      if (suspectedCount >= fewest || each.locks.some((lock) => this.locksInUse.has(lock)))
        continue;
      if (suspectedCount === 0) return each;
      best = each;
      fewest = suspectedCount;
    }
    return best;
  }

  private async runOne(queued: Queued<Item, Result>): Promise<void> {
    const { entry, locks } = queued;
    const isSuspected = this.suspectedCount(locks) > 0;
    this.running += 1;
    if (isSuspected) this.runningSuspected += 1;
    for (const lock of locks) this.locksInUse.add(lock);
    const outcome = await this.options.run(entry.item);
    for (const lock of locks) this.locksInUse.delete(lock);
    this.running -= 1;
    if (isSuspected) this.runningSuspected -= 1;
    const isLocked = 'error' in outcome && this.options.isLocked(outcome.error);
    if (isLocked) this.suspectLocks(locks);
    else for (const lock of locks) this.suspected.delete(lock);
    this.options.settled(entry, outcome);
    if (isLocked) this.shareWithOthers(locks, outcome);
    this.runNext();
  }

  /** Entries that need the same locks, or have waited behind such an entry for long. */
  private shareWithOthers(locks: readonly string[], outcome: BatchOutcome<Result>): void {
    const sinceMs = this.nowMs() - QUEUED_MS_MAX;
    const shares = (each: Queued<Item, Result>): boolean =>
      locks.every((lock) => each.locks.includes(lock)) ||
      (each.sinceMs < sinceMs && this.suspectedCount(each.locks) > 0);
    const sharing = this.queue.filter(shares);
    this.queue = this.queue.filter((each) => !shares(each));
    for (const { entry } of sharing) this.options.settled(entry, outcome);
  }

  private suspectLocks(locks: readonly string[]): void {
    // So many locks are suspected that the suspicion no longer tells them apart.
    if (this.suspected.size > SUSPECTED_MAX) this.suspected.clear();
    for (const lock of locks) this.suspected.set(lock, this.nowMs());
  }

  private suspectedCount(locks: readonly string[]): number {
    const sinceMs = this.nowMs() - SUSPICION_MS;
    return locks.filter((lock) => (this.suspected.get(lock) ?? Number.NEGATIVE_INFINITY) > sinceMs)
      .length;
  }
}
