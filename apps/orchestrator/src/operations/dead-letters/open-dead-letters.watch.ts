import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@backstitch/service-kit';
import type { DeadLettersRepository } from './dead-letters.repository.js';

const EVERY_MS = 5_000;

/** Counts the dead letters in the table every 5 s, for the metrics. */
export class OpenDeadLettersWatch {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  /** By queue; undefined while they could not be counted. */
  counts: Readonly<Record<string, number>> | undefined;

  constructor(
    private readonly deadLetters: Pick<DeadLettersRepository, 'openCounts'>,
    private readonly logger: Logger,
  ) {}

  /** The first count is at once. */
  start(): void {
    this.running ??= this.runForEver();
  }

  /** Resolves when the count under way has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async runForEver(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.count();
      await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private async count(): Promise<void> {
    try {
      this.counts = await this.deadLetters.openCounts();
    } catch (err) {
      // Told once: the database's health is told elsewhere.
      if (this.counts) this.logger.warn({ err }, 'the dead letters could not be counted');
      this.counts = undefined;
    }
  }
}
