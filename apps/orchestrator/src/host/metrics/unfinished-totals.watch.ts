import {
  exposeCounters,
  exposeSamples,
  type Logger,
  PeriodicJob,
  type Sample,
} from '@backstitch/service-kit';
import type { DefinitionTotals, UnfinishedTotals } from './unfinished-totals.js';
import type { UnfinishedTotalsRepository } from './unfinished-totals.repository.js';

const EVERY_MS = 15_000;

/**
 * Reads the unfinished sagas of the whole database every 15 s, in every orchestrator: what this
 * process remembers says nothing of sagas that no process drives.
 */
export class UnfinishedTotalsWatch {
  readonly job: PeriodicJob;
  private readonly counters = { unfinishedReadFailures: 0 };
  private totals: UnfinishedTotals | undefined;

  constructor(
    private readonly repository: Pick<UnfinishedTotalsRepository, 'read'>,
    logger: Logger,
  ) {
    this.job = new PeriodicJob({
      name: 'unfinished-sagas',
      logger,
      run: () => this.read(),
      firstDelayMs: 0,
      intervalMs: EVERY_MS,
    });
  }

  /** Shows its metrics under /metrics; once a process. */
  expose(): this {
    exposeSamples(
      'backstitch_sagas_unfinished',
      'Unfinished sagas in the database by definition and state, whichever process drives them',
      ['definition', 'state'],
      () => this.samples(unfinishedSamples),
    );
    exposeSamples(
      'backstitch_sagas_oldest_unfinished_age_seconds',
      'Age of the oldest unfinished saga of a definition in the database, 0 when there is none',
      ['definition'],
      () =>
        this.samples((definition, { oldestAgeSeconds }) => [[{ definition }, oldestAgeSeconds]]),
    );
    exposeCounters('backstitch_sagas', this.counters);
    return this;
  }

  /** Totals that could not be read are not known: that is counted, and the reading rejects. */
  async read(): Promise<void> {
    try {
      this.totals = await this.repository.read();
    } catch (error) {
      this.totals = undefined;
      this.counters.unfinishedReadFailures += 1;
      throw error;
    }
  }

  /** None while the totals are not known. */
  private samples(of: (definition: string, totals: DefinitionTotals) => Sample[]): Sample[] {
    return [...(this.totals ?? [])].flatMap(([definition, totals]) => of(definition, totals));
  }
}

function unfinishedSamples(definition: string, { sagas }: DefinitionTotals): Sample[] {
  return Object.entries(sagas).map(([state, count]) => [{ definition, state }, count]);
}
