import { type Logger, PeriodicJob } from '@backstitch/service-kit';
import type { AttemptsRepository } from '../attempts/attempts.repository.js';
import type { OneTimeTokensRepository } from '../one-time/one-time-tokens.repository.js';
import type { SessionsRepository } from '../sessions/sessions.repository.js';

const EVERY_MS = 3_600_000;

export interface ExpiredRowsParts {
  sessions: SessionsRepository;
  links: OneTimeTokensRepository;
  attempts: AttemptsRepository;
  logger: Logger;
  nowMs?: () => number;
}

/** Removes sessions, links and counters that can do nothing any more. Events stay. */
export class ExpiredRows {
  readonly job: PeriodicJob;

  constructor(private readonly parts: ExpiredRowsParts) {
    const run = () => this.remove();
    const { logger } = parts;
    this.job = new PeriodicJob({ name: 'expired-rows', logger, intervalMs: EVERY_MS, run });
  }

  async remove(): Promise<void> {
    const { sessions, links, attempts, nowMs = Date.now } = this.parts;
    await sessions.removeExpired(nowMs());
    await links.removeExpired(nowMs());
    await attempts.removeExpired(nowMs());
  }
}
