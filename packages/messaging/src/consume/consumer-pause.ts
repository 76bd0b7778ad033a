import { backoffMs, pause } from '../connection/waiting.js';
import type { BrokerLogger } from '../connection/logger.js';

export interface PauseOn {
  /**
   * Whether an error means that every other command would fail too (the database is unavailable).
   */
  causedBy(error: unknown): boolean;
  recovered(): Promise<boolean>;
}

interface PausableConsumer {
  pause(why: string): void;
  resume(): void;
}

/**
 * Pauses the consumer while a dependency of all handlers is unavailable. Messages wait in their
 * queue instead of failing one after another.
 */
export class ConsumerPause {
  private stopped = false;
  private resuming: Promise<void> | undefined;

  constructor(
    private readonly pauseOn: PauseOn | undefined,
    private readonly consumer: PausableConsumer,
    private readonly logger: BrokerLogger,
  ) {}

  /** Pauses the consumer if this error is a reason. */
  consider(error: unknown): void {
    const { pauseOn } = this;
    if (!pauseOn || this.resuming || this.stopped || !pauseOn.causedBy(error)) return;
    const why = error instanceof Error ? error.message : String(error);
    this.logger.warn({ why }, 'consumer paused');
    this.consumer.pause(why);
    this.resuming = this.resumeWhenRecovered(pauseOn);
  }

  get isPaused(): boolean {
    return this.resuming !== undefined;
  }

  /** Resolves when the consumer is resumed, or was stopped. */
  async open(): Promise<void> {
    await this.resuming;
  }

  stop(): void {
    this.stopped = true;
  }

  private async resumeWhenRecovered(pauseOn: PauseOn): Promise<void> {
    for (let tries = 1; !this.stopped; tries += 1) {
      await pause(backoffMs(tries));
      const recovered = await pauseOn.recovered().catch(() => false);
      if (recovered && !this.stopped) {
        this.logger.info({}, 'consumer resumed');
        this.consumer.resume();
        break;
      }
    }
    this.resuming = undefined;
  }
}
