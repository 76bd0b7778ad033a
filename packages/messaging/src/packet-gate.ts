/**
 * Lets so much work run at a time and keeps the rest in its order. It counts packets: a delivery may
 * bring one or a thousand, and what is in hand must not grow with that.
 */
export class PacketGate {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly runningMax: number) {}

  /** Runs the work when its turn has come; answers, or throws, what it does. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.runningMax) this.running += 1;
    else await new Promise<void>((turn) => this.waiting.push(turn));
    try {
      return await work();
    } finally {
      // The place is handed on, not freed: nobody who comes later gets before those who wait.
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
