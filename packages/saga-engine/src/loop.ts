export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Does something again and again, never twice at once, `everyMs` after it ended. It never throws:
 * an error is given to `failed`, and the next round comes as if nothing had been.
 */
export class Loop {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(
    private readonly everyMs: number,
    private readonly work: () => Promise<void>,
    private readonly failed: (error: unknown) => void,
  ) {}

  start(): void {
    if (!this.isStopped) this.timer = setTimeout(() => this.turn(), this.everyMs);
  }

  /** Resolves when a round under way has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.round;
  }

  private turn(): void {
    this.round = this.work()
      .catch(this.failed)
      .then(() => this.start());
  }
}
