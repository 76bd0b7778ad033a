import { exposeKnownGauge, type Logger } from '@backstitch/service-kit';
import { daysAhead, type MissingDay } from './log-days.js';
import type { LogDaysRepository } from './log-days.repository.js';

export interface LogDaysParts {
  days: Pick<LogDaysRepository, 'missing' | 'make'>;
  logger: Logger;
  /** Days after today [35]. */
  ahead?: number;
}

/** More than a month: a failure to make days is seen long before a day is missing. */
const AHEAD = 35;
/** An app that starts waits for this. The rest is made by the next run. */
const WITHIN_MS = 10_000;

/** Makes the daily partitions of the log beforehand. */
export class LogDaysMaker {
  private readonly wanted: number;
  private ahead: number | undefined;

  constructor(private readonly parts: LogDaysParts) {
    this.wanted = parts.ahead ?? AHEAD;
  }

  /** Registers its metrics; call it once in a process. */
  expose(): this {
    const help = 'Days after today that the log has partitions for; -1 when today has none';
    exposeKnownGauge('saga_log_days_ahead', help, () => this.ahead);
    return this;
  }

  /**
   * Makes what is missing, a day at a time, and answers how many. Never throws: rows without a partition of
   * their own go to the default partition. What could not be made is logged, with the reason.
   */
  async make(): Promise<number> {
    const { days, logger } = this.parts;
    try {
      const { made, reasons } = await this.makeMissing(await days.missing(this.wanted));
      const left = await days.missing(this.wanted); // another orchestrator may have made them
      this.ahead = daysAhead(left, this.wanted);
      if (left.length > 0) {
        const fields = { days: left.map(({ day }) => day), reasons, daysAhead: this.ahead };
        logger.warn(fields, 'days of the log could not be made; trying again');
      }
      return made;
    } catch (error) {
      logger.warn({ err: error }, 'no days of the log could be made; trying again');
      return 0;
    }
  }

  private async makeMissing(
    missing: readonly MissingDay[],
  ): Promise<{ made: number; reasons: string[] }> {
    const untilMs = performance.now() + WITHIN_MS;
    const reasons: string[] = [];
    let made = 0;
    for (const { day } of missing) {
      if (performance.now() > untilMs) break;
      const notMade = await this.parts.days.make(day);
      if (notMade) reasons.push(`${day}: ${notMade.why}`);
      else made += 1;
      // Other sessions wait during each attempt, so a run ends after one that failed.
      if (notMade?.isBusy) break;
    }
    return { made, reasons };
  }
}
