import { backoffMs, pause } from '../connection/waiting.js';
import type { BrokerLogger } from '../connection/logger.js';

export interface PauseOn {
  /** Whether an error means that every other message would fail as well (the database is away). */
  causedBy(error: unknown): boolean;
  recovered(): Promise<boolean>;
}

interface Intake {
  pause(why: string): void;
  resume(): void;
}

/**
 * Pauses the consumer while what every handler needs is away: messages wait in their queue instead of
 * failing one after another.
 */
export class ConsumerPause {
  private stopped = false;
  private lifting: Promise<void> | undefined;

  constructor(
    private readonly pauseOn: PauseOn | undefined,
    private readonly consumerPause: Intake,
    private readonly logger: BrokerLogger,
  ) {}

  /** Pauses when this error is a reason to. */
  consider(error: unknown): void {
    const { pauseOn } = this;
    if (!pauseOn || this.lifting || this.stopped || !pauseOn.causedBy(error)) return;
    const why = error instanceof Error ? error.message : String(error);
    this.logger.warn({ why }, 'consumer paused');
    this.consumerPause.pause(why);
    this.lifting = this.liftWhenRecovered(pauseOn);
  }

  get isPaused(): boolean {
    return this.lifting !== undefined;
  }

  /** Resolves when the consumer takes messages again, or when it was stopped for good. */
  async open(): Promise<void> {
    await this.lifting;
  }

  stop(): void {
    this.stopped = true;
  }

  private async liftWhenRecovered(pauseOn: PauseOn): Promise<void> {
    for (let tries = 1; !this.stopped; tries += 1) {
      await pause(backoffMs(tries));
      const recovered = await pauseOn.recovered().catch(() => false);
      if (recovered && !this.stopped) {
        this.logger.info({}, 'consumer resumed');
        this.consumerPause.resume();
        break;
      }
    }
    this.lifting = undefined;
  }
}
