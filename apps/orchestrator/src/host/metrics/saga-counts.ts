import type { EngineCount, EngineCounters, SagaEngine } from '@backstitch/saga-engine';
import { exposeCounters, exposeGauge } from '@backstitch/service-kit';

/** The engine's counts under the names that /metrics shows; a new one does not compile unnamed. */
const NAMES: Record<EngineCount, string> = {
  started: 'started',
  replied: 'replied',
  ignored: 'replies_ignored',
  retried: 'retried',
  unsent: 'unsent',
  'guard-failed': 'guard_failed',
  'outcome-unknown': 'commit_unknown',
  'taken-over': 'taken_over',
  'found-again': 'found_again',
  dropped: 'dropped',
  attention: 'need_attention',
  operated: 'operated',
  signalled: 'signalled',
  waiting: 'waiting',
  'timed-out': 'timed_out',
  done: 'done',
  undone: 'undone',
};

export interface SagaCounts extends EngineCounters {
  /** Plain numbers that only grow. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** Calls `started` for each new saga, too. */
export function sagaCounts(also: { started?(): void } = {}): SagaCounts {
  const numbers: Record<string, number> = {};
  for (const name of Object.values(NAMES)) numbers[name] = 0;
  return {
    numbers,
    count: (event) => {
      numbers[NAMES[event]]! += 1;
      if (event === 'started') also.started?.();
    },
  };
}

/** What /metrics shows about the sagas of this instance. */
export function exposeSagas(engine: SagaEngine, { numbers }: SagaCounts): void {
  exposeCounters('saga', numbers);
  exposeGauge(
    'saga_in_flight',
    'Unfinished sagas that this instance drives',
    () => engine.inFlight,
  );
  exposeGauge(
    'saga_new_work',
    'Those of them that were started here and go forward; MAX_SAGAS_IN_FLIGHT limits them',
    () => engine.newWork,
  );
  exposeGauge(
    'saga_held_back',
    'Commands of this instance that wait for a send permit',
    () => engine.heldBack,
  );
  exposeGauge(
    'saga_needing_attention',
    'Parked sagas of this instance: they are retried slowly and need an operator',
    () => engine.needingAttention,
  );
}
