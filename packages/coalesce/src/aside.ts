import type { BatchOutcome, Waiting } from './waiting.js';

export interface AsideOptions<Item, Result> {
  /** How many items run at once. */
  max: number;
  run(item: Item): Promise<BatchOutcome<Result>>;
  isLocked(error: unknown): boolean;
  locksOf(entry: Waiting<Item, Result>): readonly string[];
  /** Called with the outcome of each entry, once. */
  settled(entry: Waiting<Item, Result>, outcome: BatchOutcome<Result>): void;
  nowMs?: () => number;
}

interface Standing<Item, Result> {
  entry: Waiting<Item, Result>;
  locks: readonly string[];
  sinceMs: number;
}

/** An entry waits behind others for the same lock for so long at most; its caller may ask again. */
const STANDING_MS_MAX = 1_000;
/** Then the lock is tried in a batch again. Longer than a caller's pause between two tries. */
const SUSPICION_MS = 30_000;
const SUSPECTS_MAX = 10_000;

/**
 * Runs items one by one after a batch of them failed because another session kept a lock. That lock
 * is suspected until an item has had it. Every later item that needs it is run here at once, apart
 * from the batches. So a lock of another session delays only the items that need it: one of them
 * tries at a time, and the others share its outcome.
 */
export class Aside<Item, Result> {
  private readonly options: AsideOptions<Item, Result>;
  private readonly nowMs: () => number;
  /** Locks by when a batch or an item failed because of them. */
  private readonly suspected = new Map<string, number>();
  private readonly locksInUse = new Set<string>();
  private standing: Standing<Item, Result>[] = [];
  private running = 0;
  private runningSuspected = 0;

  constructor(options: AsideOptions<Item, Result>) {
    this.options = options;
    this.nowMs = options.nowMs ?? (() => performance.now());
  }

  /** How many entries wait to run. */
  get standingCount(): number {
    return this.standing.length;
  }

  get isEmpty(): boolean {
    return this.running === 0 && this.standing.length === 0;
  }

  /** Whether an entry needs a suspected lock. */
  suspects(entry: Waiting<Item, Result>): boolean {
    return this.suspected.size > 0 && this.suspicionOf(this.options.locksOf(entry)) > 0;
  }

  suspect(entry: Waiting<Item, Result>): void {
    this.suspectLocks(this.options.locksOf(entry));
  }

  take(entries: readonly Waiting<Item, Result>[]): void {
    for (const entry of entries) {
      const locks = this.options.locksOf(entry);
      this.standing.push({ entry, locks, sinceMs: this.nowMs() });
    }
    this.runNext();
  }

  private runNext(): void {
    while (this.running < this.options.max) {
      const next = this.next();
      if (!next) return;
      this.standing = this.standing.filter((each) => each !== next);
      void this.runOne(next);
    }
  }

  /**
   * The least suspected entry that shares no lock with a running one; one place takes no suspect.
   */
  private next(): Standing<Item, Result> | undefined {
    const suspectsMax = Math.max(1, this.options.max - 1);
    let best: Standing<Item, Result> | undefined;
    let least = this.runningSuspected < suspectsMax ? Number.POSITIVE_INFINITY : 1;
    for (const each of this.standing) {
      const suspicion = this.suspicionOf(each.locks);
      if (suspicion >= least || each.locks.some((lock) => this.locksInUse.has(lock))) continue;
      if (suspicion === 0) return each;
      best = each;
      least = suspicion;
    }
    return best;
  }

  private async runOne(standing: Standing<Item, Result>): Promise<void> {
    const { entry, locks } = standing;
    const isSuspected = this.suspicionOf(locks) > 0;
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
    const sinceMs = this.nowMs() - STANDING_MS_MAX;
    const shares = (each: Standing<Item, Result>): boolean =>
      locks.every((lock) => each.locks.includes(lock)) ||
      (each.sinceMs < sinceMs && this.suspicionOf(each.locks) > 0);
    const sharing = this.standing.filter(shares);
    this.standing = this.standing.filter((each) => !shares(each));
    for (const { entry } of sharing) this.options.settled(entry, outcome);
  }

  private suspectLocks(locks: readonly string[]): void {
    // So many locks are suspected that the suspicion no longer tells them apart.
    if (this.suspected.size > SUSPECTS_MAX) this.suspected.clear();
    for (const lock of locks) this.suspected.set(lock, this.nowMs());
  }

  private suspicionOf(locks: readonly string[]): number {
    const sinceMs = this.nowMs() - SUSPICION_MS;
    return locks.filter((lock) => (this.suspected.get(lock) ?? Number.NEGATIVE_INFINITY) > sinceMs)
      .length;
  }
}
