/**
 * Lets so much work run at a time and keeps the rest in its order. It counts packets: a delivery may
 * bring one or a thousand, and what is in hand must not grow with that.
 */
export class ConcurrencyLimiter {
  private running = 0;
  private waiting: (() => void)[] = [];
  /** Those before it had their turn: shifting a long array costs as much as it is long. */
  private nextWaiting = 0;

  constructor(private readonly runningMax: number) {}

  /** Runs the work when its turn has come; answers, or throws, what it does. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    const leave = await this.enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Waits for a place. Whoever has one must call what it was given, once. */
  async enter(): Promise<() => void> {
    if (this.running < this.runningMax) this.running += 1;
    else await new Promise<void>((turn) => this.waiting.push(turn));
    return () => this.leave();
  }

  /** The place is handed on, not freed: nobody who comes later gets before those who wait. */
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
