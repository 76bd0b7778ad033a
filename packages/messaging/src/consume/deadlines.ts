interface Running {
  readonly endsAtMs: number;
  readonly overdue: () => void;
}

/**
 * Many deadlines of the same length with one timer, which is set for the oldest. A timer for each
 * would nearly always be cleared again. The timer does not keep the process alive.
 */
export class Deadlines {
  /** In the order of their end times. */
  private readonly running = new Set<Running>();
  private timer: NodeJS.Timeout | undefined;

  constructor(readonly ms: number) {}

  /** Calls `overdue` when the time is up, unless the returned function was called before. */
  start(overdue: () => void): () => void {
    const one: Running = { endsAtMs: performance.now() + this.ms, overdue };
    this.running.add(one);
    if (!this.timer) this.wakeAfter(this.ms);
    return () => this.running.delete(one);
  }

  private wakeAfter(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.end(), Math.ceil(ms));
    this.timer.unref();
  }

  private end(): void {
    this.timer = undefined;
    const nowMs = performance.now();
    for (const one of this.running) {
      if (one.endsAtMs > nowMs) return this.wakeAfter(one.endsAtMs - nowMs);
      this.running.delete(one);
      one.overdue();
    }
  }
}
