/** npm hands a Ctrl-C on that the terminal has delivered already: two within this time are one. */
const SAME_WISH_MS = 800;

/**
 * The wish to stop: Ctrl-C, SIGTERM or a closed terminal. `first` comes once; `hurried` when it is
 * asked for again after a moment.
 */
export class StopSignal {
  readonly first: Promise<NodeJS.Signals>;
  readonly hurried: Promise<void>;
  private askedAtMs: number | undefined;
  private begin!: (signal: NodeJS.Signals) => void;
  private hurry!: () => void;

  constructor(private readonly nowMs: () => number = () => performance.now()) {
    this.first = new Promise((resolve) => (this.begin = resolve));
    this.hurried = new Promise((resolve) => (this.hurry = resolve));
  }

  get asked(): boolean {
    return this.askedAtMs !== undefined;
  }

  listen(): void {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => this.take(signal));
    }
  }

  take(signal: NodeJS.Signals): void {
    if (this.askedAtMs === undefined) {
      this.askedAtMs = this.nowMs();
      this.begin(signal);
    } else if (this.nowMs() - this.askedAtMs > SAME_WISH_MS) {
      this.hurry();
    }
  }
}
