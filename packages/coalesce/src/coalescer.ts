/**
 * What waits together travels together: a self-clocking batcher. At rest a batch is one item; while
 * its lanes are busy, what arrives meanwhile forms the next batch, so that batches grow with load
 * and by nothing else. No timer, no size to tune.
 */
export type BatchOutcome<Result> = { ok: Result } | { error: unknown };

export interface CoalescerOptions<Item, Result> {
  /** Items of one key are never in one batch, nor in two lanes at once; they run in arrival order. */
  keyOf(item: Item): string;
  /** Runs a batch and answers one outcome an item, in the batch's order. */
  run(batch: readonly Item[]): Promise<readonly BatchOutcome<Result>[]>;
  /** Batches in flight at once; default 1. */
  lanes?: number;
  /** Items in one batch; default 64. */
  batchMax?: number;
  /** An item equal in work to the last waiting one of its key shares that one's result. */
  sameWork?(waiting: Item, arriving: Item): boolean;
  /** After an error for which this is true the batch is run again item by item. */
  retrySingly?(error: unknown): boolean;
}

interface Waiting<Item, Result> {
  item: Item;
  key: string;
  settle: ((outcome: BatchOutcome<Result>) => void)[];
}

const LANES_DEFAULT = 1;
const BATCH_MAX_DEFAULT = 64;

export class Coalescer<Item, Result> {
  /** Told the size of every batch and how long it took, for metrics. */
  onBatch: ((size: number, ms: number) => void) | undefined;
  readonly #options: CoalescerOptions<Item, Result>;
  readonly #lanes: number;
  readonly #batchMax: number;
  readonly #keysInFlight = new Set<string>();
  readonly #lastOfKey = new Map<string, Waiting<Item, Result>>();
  readonly #idleWaiters: (() => void)[] = [];
  #waiting: Waiting<Item, Result>[] = [];
  #lanesBusy = 0;
  #dispatchDue = false;

  constructor(options: CoalescerOptions<Item, Result>) {
    this.#options = options;
    this.#lanes = options.lanes ?? LANES_DEFAULT;
    this.#batchMax = options.batchMax ?? BATCH_MAX_DEFAULT;
    if (this.#lanes < 1 || this.#batchMax < 1) {
      throw new RangeError('lanes and batchMax must be at least 1');
    }
  }

  /** How many items wait for a batch. */
  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Resolves or rejects with the item's own outcome, whatever became of its neighbours. */
  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: BatchOutcome<Result>): void =>
        'ok' in outcome ? resolve(outcome.ok) : reject(outcome.error);
      const key = this.#options.keyOf(item);
      const last = this.#lastOfKey.get(key);
      if (last && this.#options.sameWork?.(last.item, item)) {
        last.settle.push(settle);
        return;
      }
      const entry = { item, key, settle: [settle] };
      this.#waiting.push(entry);
      this.#lastOfKey.set(key, entry);
      this.#dispatchSoon();
    });
  }

  /** Resolves once nothing waits and nothing is in flight. */
  idle(): Promise<void> {
    if (this.#waiting.length === 0 && this.#lanesBusy === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve);
    });
  }

  /** One turn of the event loop gathers what one read of a socket brought; it is no timer. */
  #dispatchSoon(): void {
    if (this.#dispatchDue || this.#lanesBusy >= this.#lanes) return;
    this.#dispatchDue = true;
    setImmediate(() => {
      this.#dispatchDue = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    while (this.#lanesBusy < this.#lanes) {
      const batch = this.#takeBatch();
      if (batch.length === 0) break;
      this.#lanesBusy += 1;
      void this.#runLane(batch);
    }
    if (this.#lanesBusy === 0 && this.#waiting.length === 0) {
      for (const resolve of this.#idleWaiters.splice(0)) resolve();
    }
  }

  #takeBatch(): Waiting<Item, Result>[] {
    const batch: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    for (const entry of this.#waiting) {
      if (batch.length >= this.#batchMax || this.#keysInFlight.has(entry.key)) {
        left.push(entry);
        continue;
      }
      batch.push(entry);
      this.#keysInFlight.add(entry.key);
      if (this.#lastOfKey.get(entry.key) === entry) this.#lastOfKey.delete(entry.key);
    }
    this.#waiting = left;
    return batch;
  }

  async #runLane(batch: Waiting<Item, Result>[]): Promise<void> {
    const beganMs = this.onBatch && performance.now();
    const outcomes = await this.#outcomesOf(batch.map((entry) => entry.item));
    if (beganMs !== undefined) this.onBatch?.(batch.length, performance.now() - beganMs);
    batch.forEach((entry, index) => {
      this.#keysInFlight.delete(entry.key);
      for (const settle of entry.settle) settle(outcomes[index]!);
    });
    this.#lanesBusy -= 1;
    this.#dispatchSoon();
  }

  async #outcomesOf(items: readonly Item[]): Promise<readonly BatchOutcome<Result>[]> {
    try {
      const outcomes = await this.#options.run(items);
      if (outcomes.length === items.length) return outcomes;
      throw new Error(`a batch of ${items.length} was answered by ${outcomes.length} outcomes`);
    } catch (error) {
      if (items.length === 1 || !this.#options.retrySingly?.(error)) {
        return items.map(() => ({ error }));
      }
      const outcomes: BatchOutcome<Result>[] = [];
      for (const item of items) outcomes.push(...(await this.#outcomesOf([item])));
      return outcomes;
    }
  }
}
