import { type Logger, PeriodicJob } from '@backstitch/service-kit';
import type { MinuteCounts } from '../../host/metrics/minute-counts.js';
import type { SagaMinutesRepository } from './saga-minutes.repository.js';

const EVERY_MS = 10_000;
const REMOVE_EVERY_MS = 3_600_000;

/** Writes the minutes that changed, every 10 s. While no saga moves, it writes nothing. */
export class SagaMinutesWriter {
  readonly job: PeriodicJob;
  private removedAtMs = -Infinity;

  constructor(
    private readonly parts: {
      counts: MinuteCounts;
      minutes: SagaMinutesRepository;
      logger: Logger;
    },
  ) {
    const { logger } = parts;
    this.job = new PeriodicJob({
      name: 'saga-minutes',
      logger,
      intervalMs: EVERY_MS,
      run: () => this.write(),
    });
  }

  /** Also at the end, so that a restart loses nothing. */
  async write(): Promise<void> {
    const { counts, minutes } = this.parts;
    const rows = counts.unwritten();
    if (rows.length === 0) return;
    try {
      await minutes.write(rows);
    } catch (error) {
      counts.notWritten(rows);
      throw error;
    }
    await this.removeOld();
  }

  async stop(): Promise<void> {
    await this.job.stop();
    await this.write();
  }

  private async removeOld(): Promise<void> {
    if (performance.now() - this.removedAtMs < REMOVE_EVERY_MS) return;
    this.removedAtMs = performance.now();
    await this.parts.minutes.removeOld();
  }
}
