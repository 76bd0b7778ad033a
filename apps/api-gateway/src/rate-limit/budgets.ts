/** The requests of one client, in a window that begins with the first of them. */
interface Budget {
  used: number;
  endsAtMs: number;
  /** Made when it is first needed. */
  sharedKey?: string;
}

export interface BudgetsOptions {
  /** Requests in a window. */
  limit: number;
  windowMs: number;
  /** The maximum number of budgets. Above it, the oldest is removed. */
  budgetsMax: number;
  /** The key of a client among gateways [the client]. */
  sharedKeyOf?: (client: string) => string;
}

/** A client that has used much of its budget here. */
interface Usage {
  key: string;
  used: number;
  endsInMs: number;
  /** Of the limit. */
  share: number;
}

/** What the other gateways have counted, by shared key. */
type Others = ReadonlyMap<string, number>;

const NO_OTHERS: Others = new Map();

/**
 * Counts requests in fixed windows, for any number of clients in bounded memory. All windows have
 * the same length, so the first to begin is the first to end. Times are of one monotonic clock.
 * With several gateways, a client may use what they all have not used yet. Pure.
 *
 * The memory limiter of rate-limiter-flexible has no bound on its keys and a timer for each, answers
 * by a promise, and does not add what other gateways have counted.
 */
export class Budgets {
  private readonly options: BudgetsOptions;
  /** In the order of their end times. */
  private readonly budgets = new Map<string, Budget>();
  private others = NO_OTHERS;
  private limit: number;

  constructor(options: BudgetsOptions) {
    this.options = options;
    this.limit = options.limit;
  }

  get size(): number {
    return this.budgets.size;
  }

  /** Counts one request of a client. Returns 0, or the time until its budget is full again. */
  spend(client: string, nowMs: number): number {
    this.removeEnded(nowMs);
    const budget = this.budgets.get(client) ?? this.begin(client, nowMs);
    if (budget.used + this.usedElsewhere(client, budget) >= this.limit) {
      return budget.endsAtMs - nowMs;
    }
    budget.used += 1;
    return 0;
  }

  /** Takes back one request that was counted. */
  refund(client: string): void {
    const budget = this.budgets.get(client);
    if (budget && budget.used > 0) budget.used -= 1;
  }

  /** What the other gateways have counted, until the next call. */
  learn(others: Others): void {
    this.others = others;
    this.limit = this.options.limit;
  }

  /** Nothing is known of the others: each of so many gateways has an equal part of the limit. */
  divide(gateways: number): void {
    this.others = NO_OTHERS;
    this.limit = Math.max(1, Math.floor(this.options.limit / gateways));
  }

  /** The clients that have used this share of the limit here, or more. */
  usages(nowMs: number, shareMin: number): Usage[] {
    this.removeEnded(nowMs);
    const { limit } = this.options;
    const usages: Usage[] = [];
    for (const [client, budget] of this.budgets) {
      const { used, endsAtMs } = budget;
      const share = used / limit;
      if (used === 0 || share < shareMin) continue;
      const endsInMs = Math.ceil(endsAtMs - nowMs);
      usages.push({ key: this.sharedKeyOf(client, budget), used, endsInMs, share });
    }
    return usages;
  }

  private usedElsewhere(client: string, budget: Budget): number {
    if (this.others.size === 0) return 0;
    return this.others.get(this.sharedKeyOf(client, budget)) ?? 0;
  }

  private sharedKeyOf(client: string, budget: Budget): string {
    const { sharedKeyOf } = this.options;
    return (budget.sharedKey ??= sharedKeyOf ? sharedKeyOf(client) : client);
  }

  private begin(client: string, nowMs: number): Budget {
    const { windowMs, budgetsMax } = this.options;
    if (this.budgets.size >= budgetsMax) this.removeOldest();
    const budget = { used: 0, endsAtMs: nowMs + windowMs };
    this.budgets.set(client, budget);
    return budget;
  }

  private removeEnded(nowMs: number): void {
    for (const [client, { endsAtMs }] of this.budgets) {
      if (endsAtMs > nowMs) return;
      this.budgets.delete(client);
    }
  }

  private removeOldest(): void {
    const [oldest] = this.budgets.keys();
    if (oldest !== undefined) this.budgets.delete(oldest);
  }
}
