/** Work is refused: so much runs and waits already. */
export class LineFull extends Error {}

/** Runs so many pieces of work at once, and lets so many wait; one more is refused. */
export class WaitingLine {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly runningMax: number,
    private readonly waitingMax: number,
  ) {}

  /** Throws LineFull. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running < this.runningMax) this.running += 1;
    else await this.turn();
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  private turn(): Promise<void> {
    if (this.waiting.length >= this.waitingMax) throw new LineFull();
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
