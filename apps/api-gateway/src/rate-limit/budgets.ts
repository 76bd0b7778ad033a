/** The requests of one client, in a window that begins with the first of them. */
interface Budget {
  used: number;
  endsAtMs: number;
}

export interface BudgetsOptions {
  /** Requests in a window. */
  limit: number;
  windowMs: number;
  /** The maximum number of budgets. Above it, the oldest is removed. */
  budgetsMax: number;
}

/**
 * Counts requests in fixed windows, for any number of clients in bounded memory. All windows have
 * the same length, so the first to begin is the first to end. Times are of one monotonic clock.
 * Pure.
 */
export class Budgets {
  private readonly options: BudgetsOptions;
  /** In the order of their end times. */
  private readonly budgets = new Map<string, Budget>();

  constructor(options: BudgetsOptions) {
    this.options = options;
  }

  get size(): number {
    return this.budgets.size;
  }

  /** Counts one request of a client. Returns 0, or the time until its budget is full again. */
  spend(client: string, nowMs: number): number {
    this.removeEnded(nowMs);
    const budget = this.budgets.get(client) ?? this.begin(client, nowMs);
    if (budget.used >= this.options.limit) return budget.endsAtMs - nowMs;
    budget.used += 1;
    return 0;
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
