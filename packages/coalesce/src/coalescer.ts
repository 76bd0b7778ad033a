import { SplitRunner } from './split-runner.js';
import type { BatchOutcome, Waiting } from './waiting.js';

export type { BatchOutcome };

export interface CoalescerOptions<Item, Result> {
  /**
   * Items of one key are never in one batch, nor in two batches at once; they run in arrival order.
   */
  keyOf(item: Item): string;
  /**
   * Runs a batch and answers one outcome for each item, in the order of the batch. When it throws,
   * the error is the outcome of every item. `isSplit`: the batch is one item that runs alone because
   * of a lock; it should wait for the lock for a shorter time.
   */
  run(batch: readonly Item[], isSplit: boolean): Promise<readonly BatchOutcome<Result>[]>;
  /** How many batches run at once; default 1. */
  concurrency?: number;
  /** How many items a batch has at most; default 64. */
  batchMax?: number;
  /** Whether an item may share the result of the last waiting item of its key. */
  sameWork?(waiting: Item, arriving: Item): boolean;
  /** Whether the items of a batch are run again one by one after this error. */
  retrySingly?(error: unknown): boolean;
  /**
   * Whether a batch failed because another session held a lock, and changed nothing. The batch is
   * then split: each item runs alone, so that only the items that need the lock are delayed.
   */
  isLocked?(error: unknown): boolean;
  /** The locks that an item needs, where they are not its key. */
  locksOf?(item: Item): readonly string[];
  /** How many items of split batches run at once; default 2. */
  splitConcurrency?: number;
}

const CONCURRENCY_DEFAULT = 1;
const BATCH_MAX_DEFAULT = 64;
const SPLIT_CONCURRENCY_DEFAULT = 2;

/**
 * Runs items that wait together as one batch. While nothing waits, a batch is one item. Items that
 * arrive while batches run form the next batch. So batches grow with the load, with no timer and no
 * size to tune. The constructor throws RangeError when `concurrency`, `batchMax` or
 * `splitConcurrency` is below 1.
 */
export class Coalescer<Item, Result> {
  /** Called with the size and the duration of every batch, for metrics. */
  onBatch: ((size: number, ms: number) => void) | undefined;
  private readonly options: CoalescerOptions<Item, Result>;
  private readonly concurrency: number;
  private readonly batchMax: number;
  private readonly keysInFlight = new Set<string>();
  private readonly lastOfKey = new Map<string, Waiting<Item, Result>>();
  private readonly idleWaiters: (() => void)[] = [];
  private readonly split: SplitRunner<Item, Result>;
  private waiting: Waiting<Item, Result>[] = [];
  private batchesRunning = 0;
  private dispatchDue = false;

  constructor(options: CoalescerOptions<Item, Result>) {
    this.options = options;
    this.concurrency = options.concurrency ?? CONCURRENCY_DEFAULT;
    this.batchMax = options.batchMax ?? BATCH_MAX_DEFAULT;
    const splitConcurrency = options.splitConcurrency ?? SPLIT_CONCURRENCY_DEFAULT;
    if (this.concurrency < 1 || this.batchMax < 1 || splitConcurrency < 1) {
      throw new RangeError('concurrency, batchMax and splitConcurrency must be at least 1');
    }
    this.split = new SplitRunner({
      concurrency: splitConcurrency,
      run: async (item) => (await this.outcomesOf([item], true))[0]!,
      isLocked: (error) => this.isLocked(error),
      locksOf: ({ item, key }) => options.locksOf?.(item) ?? [key],
      settled: (entry, outcome) => {
        this.settle(entry, outcome);
        this.dispatchSoon();
      },
    });
  }

  /** How many items wait for a batch. */
  get waitingCount(): number {
    return this.waiting.length + this.split.queuedCount;
  }

  /**
   * Resolves or rejects with the item's own outcome, whatever the other items' outcomes are. Rejects
   * with the error of `run` when that failed for the whole batch.
   */
  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: BatchOutcome<Result>): void =>
        'ok' in outcome ? resolve(outcome.ok) : reject(outcome.error);
      const key = this.options.keyOf(item);
      const last = this.lastOfKey.get(key);
      if (last && this.options.sameWork?.(last.item, item)) {
        last.settle.push(settle);
        return;
      }
      const entry = { item, key, settle: [settle] };
      this.waiting.push(entry);
      this.lastOfKey.set(key, entry);
      this.dispatchSoon();
    });
  }

  /** Resolves once nothing waits and nothing runs. */
  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => {
      this.idleWaiters.push(resolve);
    });
  }

  private get isIdle(): boolean {
    return this.waiting.length === 0 && this.batchesRunning === 0 && this.split.isEmpty;
  }

  /** One turn of the event loop collects the items of one socket read. This is not a timer. */
  private dispatchSoon(): void {
    if (this.dispatchDue || this.batchesRunning >= this.concurrency) return;
    this.dispatchDue = true;
    setImmediate(() => {
      this.dispatchDue = false;
      this.dispatch();
    });
  }

  private dispatch(): void {
    while (this.batchesRunning < this.concurrency) {
      const batch = this.takeBatch();
      if (batch.length === 0) break;
      this.batchesRunning += 1;
      void this.runBatch(batch);
    }
    if (this.isIdle) {
      for (const resolve of this.idleWaiters.splice(0)) resolve();
    }
  }

  private takeBatch(): Waiting<Item, Result>[] {
    const batch: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    const suspected: Waiting<Item, Result>[] = [];
    for (const entry of this.waiting) {
      if (batch.length >= this.batchMax || this.keysInFlight.has(entry.key)) {
        left.push(entry);
        continue;
      }
      this.keysInFlight.add(entry.key);
      if (this.lastOfKey.get(entry.key) === entry) this.lastOfKey.delete(entry.key);
      if (this.split.isSuspected(entry)) suspected.push(entry);
      else batch.push(entry);
    }
    this.waiting = left;
    this.split.take(suspected);
    return batch;
  }

  private async runBatch(batch: Waiting<Item, Result>[]): Promise<void> {
    const beganMs = this.onBatch && performance.now();
    const outcomes = await this.outcomesOf(batch.map((entry) => entry.item));
    if (beganMs !== undefined) this.onBatch?.(batch.length, performance.now() - beganMs);
    const mustSplit = batch.length > 1 && outcomes.every((outcome) => this.timedOutOnLock(outcome));
    if (mustSplit) this.split.take(batch);
    else batch.forEach((entry, index) => this.settleOf(entry, outcomes[index]!));
    this.batchesRunning -= 1;
    this.dispatchSoon();
  }

  private settleOf(entry: Waiting<Item, Result>, outcome: BatchOutcome<Result>): void {
    if (this.timedOutOnLock(outcome)) this.split.suspect(entry);
    this.settle(entry, outcome);
  }

  private settle(entry: Waiting<Item, Result>, outcome: BatchOutcome<Result>): void {
    this.keysInFlight.delete(entry.key);
    for (const settle of entry.settle) settle(outcome);
  }

  private timedOutOnLock(outcome: BatchOutcome<Result>): boolean {
    return 'error' in outcome && this.isLocked(outcome.error);
  }

  private isLocked(error: unknown): boolean {
    return this.options.isLocked?.(error) ?? false;
  }

  private async outcomesOf(
    items: readonly Item[],
    isSplit = false,
  ): Promise<readonly BatchOutcome<Result>[]> {
    try {
      const outcomes = await this.options.run(items, isSplit);
      if (outcomes.length === items.length) return outcomes;
      throw new Error(`a batch of ${items.length} was answered by ${outcomes.length} outcomes`);
    } catch (error) {
      if (items.length === 1 || !this.options.retrySingly?.(error)) {
        return items.map(() => ({ error }));
      }
      const outcomes: BatchOutcome<Result>[] = [];
      for (const item of items) outcomes.push(...(await this.outcomesOf([item])));
      return outcomes;
    }
  }
}
