import type { BatchOutcome, Waiting } from './waiting.js';

export interface AsideOptions<Item, Result> {
  /** Items run at once. */
  max: number;
  run(item: Item): Promise<BatchOutcome<Result>>;
  isLocked(error: unknown): boolean;
  locksOf(entry: Waiting<Item, Result>): readonly string[];
  /** Told the outcome of each entry, once. */
  settled(entry: Waiting<Item, Result>, outcome: BatchOutcome<Result>): void;
  nowMs?: () => number;
}

interface Standing<Item, Result> {
  entry: Waiting<Item, Result>;
  locks: readonly string[];
  sinceMs: number;
}

/** Behind others for the same lock so long at most: whoever asked may ask again. */
const STANDING_MS_MAX = 1_000;
/** Then it is tried in a batch again: longer than whoever needs it pauses between two tries. */
const SUSPICION_MS = 30_000;
const SUSPECTS_MAX = 10_000;

/**
 * Where items are run one by one after a batch of them waited for a lock in vain. A lock that was
 * waited for is suspected until somebody has had it; whatever needs it comes here at once, and waits
 * in a place for itself. So what is locked by somebody else holds up nothing but itself: of several
 * items that need it one at a time tries, and the rest share what became of it.
 */
export class Aside<Item, Result> {
  private readonly options: AsideOptions<Item, Result>;
  private readonly nowMs: () => number;
  /** When each was waited for in vain. */
  private readonly suspected = new Map<string, number>();
  private readonly locksInUse = new Set<string>();
  private standing: Standing<Item, Result>[] = [];
  private running = 0;
  private runningSuspected = 0;

  constructor(options: AsideOptions<Item, Result>) {
    this.options = options;
    this.nowMs = options.nowMs ?? (() => performance.now());
  }

  /** How many wait for a place. */
  get standingCount(): number {
    return this.standing.length;
  }

  get isEmpty(): boolean {
    return this.running === 0 && this.standing.length === 0;
  }

  /** Whether an entry needs a lock that was waited for in vain, and that nobody has had since. */
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

  /** The least suspected that shares no lock with one that runs; one place is not for suspects. */
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

  /** They would wait for the same lock, or have stood behind such for long. */
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
    // Everything is locked: nothing is to be told apart any more.
    if (this.suspected.size > SUSPECTS_MAX) this.suspected.clear();
    for (const lock of locks) this.suspected.set(lock, this.nowMs());
  }

  private suspicionOf(locks: readonly string[]): number {
    const sinceMs = this.nowMs() - SUSPICION_MS;
    return locks.filter((lock) => (this.suspected.get(lock) ?? Number.NEGATIVE_INFINITY) > sinceMs)
      .length;
  }
}
