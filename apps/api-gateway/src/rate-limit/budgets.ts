/** How many requests of one client, in a window that begins with the first of them. */
interface Budget {
  used: number;
  endsAtMs: number;
}

export interface BudgetsOptions {
  /** Of requests in a window. */
  limit: number;
  windowMs: number;
  /** Budgets that are kept at once. Beyond them the oldest is forgotten. */
  budgetsMax: number;
}

/**
 * Counts requests in fixed windows, of any number of clients in bounded memory. All windows are
 * equally long, so those that end first were begun first. Times are of one monotonic clock. Pure.
 */
export class Budgets {
  private readonly options: BudgetsOptions;
  /** In the order of their ends. */
  private readonly budgets = new Map<string, Budget>();

  constructor(options: BudgetsOptions) {
    this.options = options;
  }

  get size(): number {
    return this.budgets.size;
  }

  /** Spends one request of the client's. Returns 0, or for how long there is none left. */
  spend(client: string, nowMs: number): number {
    this.forgetEnded(nowMs);
    const budget = this.budgets.get(client) ?? this.begin(client, nowMs);
    if (budget.used >= this.options.limit) return budget.endsAtMs - nowMs;
    budget.used += 1;
    return 0;
  }

  private begin(client: string, nowMs: number): Budget {
    const { windowMs, budgetsMax } = this.options;
    if (this.budgets.size >= budgetsMax) this.forgetOldest();
    const budget = { used: 0, endsAtMs: nowMs + windowMs };
    this.budgets.set(client, budget);
    return budget;
  }

  private forgetEnded(nowMs: number): void {
    for (const [client, { endsAtMs }] of this.budgets) {
      if (endsAtMs > nowMs) return;
      this.budgets.delete(client);
    }
  }

  private forgetOldest(): void {
    const [oldest] = this.budgets.keys();
    if (oldest !== undefined) this.budgets.delete(oldest);
  }
}
