interface Running {
  readonly endsAtMs: number;
  readonly overdue: () => void;
}

/**
 * Deadlines of one length, by the thousand: those that began first end first, so one timer is set for
 * the oldest, instead of one for each that nearly always is cleared again. It keeps no finished
 * program alive.
 */
export class Deadlines {
  /** In the order of their ends. */
  private readonly running = new Set<Running>();
  private timer: NodeJS.Timeout | undefined;

  constructor(readonly ms: number) {}

  /** Calls `overdue` when the time is up, unless what this returns was called before. */
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
