import { setTimeout as sleep } from 'node:timers/promises';
import {
  exposeCounters,
  exposeKnownGauge,
  exposeLabelledGauge,
  type Logger,
} from '@backstitch/service-kit';
import type { UnfinishedTotals } from './unfinished-totals.js';
import type { UnfinishedTotalsRepository } from './unfinished-totals.repository.js';

const EVERY_MS = 15_000;

/**
 * Reads the unfinished sagas of the whole database every 15 s, in every orchestrator: what this
 * process remembers says nothing of sagas that no process drives.
 */
export class UnfinishedTotalsWatch {
  private readonly stopping = new AbortController();
  private readonly counters = { unfinishedReadFailures: 0 };
  private totals: UnfinishedTotals | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly repository: Pick<UnfinishedTotalsRepository, 'read'>,
    private readonly logger: Logger,
    private readonly everyMs = EVERY_MS,
  ) {}

  /** Tells of itself under /metrics; once a process. */
  expose(): this {
    exposeLabelledGauge(
      'backstitch_sagas_unfinished',
      'Unfinished sagas in the database by state, whichever process drives them',
      'state',
      () => this.totals?.sagas,
    );
    exposeKnownGauge(
      'backstitch_sagas_oldest_unfinished_age_seconds',
      'Age of the oldest unfinished saga in the database, 0 when there is none',
      () => this.totals?.oldestAgeSeconds,
    );
    exposeCounters('backstitch_sagas', this.counters);
    return this;
  }

  /** The first reading is at once. */
  start(): void {
    this.running ??= this.runForEver();
  }

  /** Resolves when the reading under way has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Never throws: totals that could not be read are not known, and that is counted. */
  async read(): Promise<void> {
    try {
      this.totals = await this.repository.read();
    } catch (err) {
      this.totals = undefined;
      this.counters.unfinishedReadFailures += 1;
      this.logger.warn({ err }, 'the unfinished sagas could not be counted; trying again');
    }
  }

  private async runForEver(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.read();
      await sleep(this.everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
