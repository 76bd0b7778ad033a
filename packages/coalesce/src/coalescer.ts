import { Aside } from './aside.js';
import type { BatchOutcome, Waiting } from './waiting.js';

export type { BatchOutcome };

export interface CoalescerOptions<Item, Result> {
  /** Items of one key are never in one batch, nor in two lanes at once; they run in arrival order. */
  keyOf(item: Item): string;
  /**
   * Runs a batch and answers one outcome an item, in the batch's order. `isAside`: it is one item
   * beside the lanes, which may wait for a lock for less long.
   */
  run(batch: readonly Item[], isAside: boolean): Promise<readonly BatchOutcome<Result>[]>;
  /** Batches in flight at once; default 1. */
  lanes?: number;
  /** Items in one batch; default 64. */
  batchMax?: number;
  /** An item equal in work to the last waiting one of its key shares that one's result. */
  sameWork?(waiting: Item, arriving: Item): boolean;
  /** After an error for which this is true the batch is run again item by item. */
  retrySingly?(error: unknown): boolean;
  /**
   * Whether a batch failed because it waited for a lock in vain, having done nothing. Its items are
   * then run one by one beside the lanes, where those of them that are locked hold up nobody else.
   */
  isLocked?(error: unknown): boolean;
  /** What an item locks, where that is something else than its key: it may be locked by others. */
  locksOf?(item: Item): readonly string[];
  /** Items run one by one at once beside the lanes; default 2. */
  asideMax?: number;
}

const LANES_DEFAULT = 1;
const BATCH_MAX_DEFAULT = 64;
const ASIDE_MAX_DEFAULT = 2;

/**
 * What waits together travels together: a self-clocking batcher. At rest a batch is one item; while
 * its lanes are busy, what arrives meanwhile forms the next batch, so that batches grow with load
 * and by nothing else. No timer, no size to tune.
 */
export class Coalescer<Item, Result> {
  /** Told the size of every batch and how long it took, for metrics. */
  onBatch: ((size: number, ms: number) => void) | undefined;
  private readonly options: CoalescerOptions<Item, Result>;
  private readonly lanes: number;
  private readonly batchMax: number;
  private readonly keysInFlight = new Set<string>();
  private readonly lastOfKey = new Map<string, Waiting<Item, Result>>();
  private readonly idleWaiters: (() => void)[] = [];
  private readonly aside: Aside<Item, Result>;
  private waiting: Waiting<Item, Result>[] = [];
  private lanesBusy = 0;
  private dispatchDue = false;

  constructor(options: CoalescerOptions<Item, Result>) {
    this.options = options;
    this.lanes = options.lanes ?? LANES_DEFAULT;
    this.batchMax = options.batchMax ?? BATCH_MAX_DEFAULT;
    if (this.lanes < 1 || this.batchMax < 1) {
      throw new RangeError('lanes and batchMax must be at least 1');
    }
    this.aside = new Aside({
      max: options.asideMax ?? ASIDE_MAX_DEFAULT,
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
    return this.waiting.length + this.aside.standingCount;
  }

  /** Resolves or rejects with the item's own outcome, whatever became of its neighbours. */
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

  /** Resolves once nothing waits and nothing is in flight. */
  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => {
      this.idleWaiters.push(resolve);
    });
  }

  private get isIdle(): boolean {
    return this.waiting.length === 0 && this.lanesBusy === 0 && this.aside.isEmpty;
  }

  /** One turn of the event loop gathers what one read of a socket brought; it is no timer. */
  private dispatchSoon(): void {
    if (this.dispatchDue || this.lanesBusy >= this.lanes) return;
    this.dispatchDue = true;
    setImmediate(() => {
      this.dispatchDue = false;
      this.dispatch();
    });
  }

  private dispatch(): void {
    while (this.lanesBusy < this.lanes) {
      const batch = this.takeBatch();
      if (batch.length === 0) break;
      this.lanesBusy += 1;
      void this.runLane(batch);
    }
    if (this.isIdle) {
      for (const resolve of this.idleWaiters.splice(0)) resolve();
    }
  }

  private takeBatch(): Waiting<Item, Result>[] {
    const batch: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    const aside: Waiting<Item, Result>[] = [];
    for (const entry of this.waiting) {
      if (batch.length >= this.batchMax || this.keysInFlight.has(entry.key)) {
        left.push(entry);
        continue;
      }
      this.keysInFlight.add(entry.key);
      if (this.lastOfKey.get(entry.key) === entry) this.lastOfKey.delete(entry.key);
      if (this.aside.suspects(entry)) aside.push(entry);
      else batch.push(entry);
    }
    this.waiting = left;
    this.aside.take(aside);
    return batch;
  }

  private async runLane(batch: Waiting<Item, Result>[]): Promise<void> {
    const beganMs = this.onBatch && performance.now();
    const outcomes = await this.outcomesOf(batch.map((entry) => entry.item));
    if (beganMs !== undefined) this.onBatch?.(batch.length, performance.now() - beganMs);
    const isHeldUp = batch.length > 1 && outcomes.every((outcome) => this.waitedInVain(outcome));
    if (isHeldUp) this.aside.take(batch);
    else batch.forEach((entry, index) => this.settleOf(entry, outcomes[index]!));
    this.lanesBusy -= 1;
    this.dispatchSoon();
  }

  private settleOf(entry: Waiting<Item, Result>, outcome: BatchOutcome<Result>): void {
    if (this.waitedInVain(outcome)) this.aside.suspect(entry);
    this.settle(entry, outcome);
  }

  private settle(entry: Waiting<Item, Result>, outcome: BatchOutcome<Result>): void {
    this.keysInFlight.delete(entry.key);
    for (const settle of entry.settle) settle(outcome);
  }

  private waitedInVain(outcome: BatchOutcome<Result>): boolean {
    return 'error' in outcome && this.isLocked(outcome.error);
  }

  private isLocked(error: unknown): boolean {
    return this.options.isLocked?.(error) ?? false;
  }

  private async outcomesOf(
    items: readonly Item[],
    isAside = false,
  ): Promise<readonly BatchOutcome<Result>[]> {
    try {
      const outcomes = await this.options.run(items, isAside);
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
