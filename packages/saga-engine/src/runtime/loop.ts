import type { Timers } from './ports.js';

export function pause(timers: Timers, ms: number): Promise<void> {
  return new Promise((resolve) => void timers.after(ms, resolve));
}

/**
 * Does something again and again, never twice at once, `everyMs` after it ended. It never throws:
 * an error is given to `failed`, and the next round comes as if nothing had been.
 */
export class Loop {
  private callOff: (() => void) | undefined;
  private round: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(
    private readonly timers: Timers,
    private readonly everyMs: number,
    private readonly work: () => Promise<void>,
    private readonly failed: (error: unknown) => void,
  ) {}

  start(): void {
    if (!this.isStopped) this.callOff = this.timers.after(this.everyMs, () => this.turn());
  }

  /** Resolves when a round under way has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.callOff?.();
    await this.round;
  }

  private turn(): void {
    this.round = this.work()
      .catch(this.failed)
      .then(() => this.start());
  }
}
