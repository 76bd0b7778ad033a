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
 * Reads the unfinished sagas of the whole database every 15 s, in every orchestrator: a saga that
 * no process drives is not in the memory of any process.
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

  /** Registers its metrics; call it once in a process. */
  expose(): this {
    exposeSamples(
      'backstitch_sagas_unfinished',
      'Unfinished sagas of all processes, from the database, by definition and state',
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

  /** After a failed read the totals are unknown. It is counted, and the promise is rejected. */
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
