import { type Logger, PeriodicJob } from '@backstitch/service-kit';
import type { DeadLettersRepository } from './dead-letters.repository.js';

const EVERY_MS = 5_000;

/** Counts the dead letters in the table every 5 s, for the metrics. */
export class OpenDeadLettersWatch {
  readonly job: PeriodicJob;
  /** By queue; undefined while they could not be counted. */
  counts: Readonly<Record<string, number>> | undefined;

  constructor(
    private readonly deadLetters: Pick<DeadLettersRepository, 'openCounts'>,
    logger: Logger,
  ) {
    this.job = new PeriodicJob({
      name: 'open-dead-letters',
      logger,
      run: () => this.count(),
      firstDelayMs: 0,
      intervalMs: EVERY_MS,
    });
  }

  private async count(): Promise<void> {
    try {
      this.counts = await this.deadLetters.openCounts();
    } catch (error) {
      this.counts = undefined;
      throw error;
    }
  }
}
