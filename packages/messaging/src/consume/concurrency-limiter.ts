/**
 * Limits how much work runs at a time; the rest waits in order. It counts commands, not deliveries,
 * because a delivery may contain one or a thousand.
 */
export class ConcurrencyLimiter {
  private running = 0;
  private waiting: (() => void)[] = [];
  /**
   * The index of the next waiter; shifting a long array would cost time proportional to its length.
   */
  private nextWaiting = 0;

  constructor(private readonly runningMax: number) {}

  /** Runs the work when a place is free. Resolves or rejects as the work does. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    const leave = await this.enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Waits for a place. The caller must call the returned function once. */
  async enter(): Promise<() => void> {
    if (this.running < this.runningMax) this.running += 1;
    else await new Promise<void>((turn) => this.waiting.push(turn));
    return () => this.leave();
  }

  /** The place goes to the next waiter directly, so no later caller overtakes it. */
  private leave(): void {
    const next = this.waiting[this.nextWaiting];
    if (!next) {
      this.running -= 1;
      return;
    }
    this.nextWaiting += 1;
    if (this.nextWaiting * 2 > this.waiting.length) {
      this.waiting = this.waiting.slice(this.nextWaiting);
      this.nextWaiting = 0;
    }
    next();
  }
}
