import {
  type Clock,
  type EndedSaga,
  isEnded,
  isOpen,
  type OpenSaga,
  reasonCodes,
  type SagaEvent,
  type SagaInstance,
  type SagaObserver,
} from '@backstitch/saga-engine';
import { Counter, Timings } from '@backstitch/service-kit';
import { ERROR_CODES } from '@backstitch/shared-types';
import type { SagaRegistry } from '../registry/saga-registry.js';

/** How a saga ended. `operator`: an operator had it undone. `unknown`: a step had no answer in time. */
type SagaEnd = 'done' | 'declined' | 'unknown' | 'operator';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

const durations = new Timings({
  name: 'backstitch_saga_duration_seconds',
  help: 'Time from the start of a saga to its end, by outcome',
  labels: ['definition', 'outcome'],
  buckets: [
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    30,
    MINUTE,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    24 * HOUR,
  ],
});
const ends = new Counter({
  name: 'backstitch_sagas_ended_total',
  help: 'Ended sagas by outcome, and by the step and code that caused an undo',
  labelNames: ['definition', 'outcome', 'step', 'code'],
});
const retries = new Counter({
  name: 'backstitch_saga_retries_total',
  help: 'Commands that were sent again, after a fault or without an answer in time',
  labelNames: ['definition', 'step', 'direction', 'reason'],
});

const OPERATOR_CODE = 'OPERATOR_COMPENSATED';
/** What the engine itself says of a step. */
const ENGINE_CODES = [
  OPERATOR_CODE,
  'STEP_DEADLINE',
  'SAGA_DEADLINE',
  'UNREADABLE_RESPONSE',
].concat('WRITE_REFUSED', 'UNKNOWN_COMMAND', 'COMMAND_NOT_MADE');
const SILENT_CODE = 'REPLY_TIMEOUT';
/** For codes that no definition declares: the values of a label must be known beforehand. */
const OTHER = 'other';

/** Counts and times what is committed of the sagas of these definitions. */
export class SagaMetrics implements SagaObserver {
  private readonly codes: ReadonlySet<string>;

  constructor(
    private readonly known: Pick<SagaRegistry, 'definitions' | 'definition'>,
    private readonly clock: Clock,
  ) {
    const declared = known.definitions.flatMap(reasonCodes);
    this.codes = new Set([...declared, ...ENGINE_CODES, ...Object.keys(ERROR_CODES)]);
  }

  committed(before: SagaInstance, _event: SagaEvent['kind'], after: SagaInstance): void {
    if (isEnded(after)) this.ended(after, this.clock.nowMs());
    else if (isOpen(after) && isOpen(before) && after.attempt > before.attempt) this.retried(after);
  }

  private ended(saga: EndedSaga, nowMs: number): void {
    const { definition } = saga;
    const outcome = endOf(saga);
    durations.observe((nowMs - saga.createdAtMs) / 1_000, definition, outcome);
    const failure = saga.phase === 'undone' ? saga.failure : undefined;
    const isKnown = failure && this.codes.has(failure.code);
    const step = failure?.step ?? '';
    ends.inc({ definition, outcome, step, code: failure ? (isKnown ? failure.code : OTHER) : '' });
  }

  private retried(saga: OpenSaga): void {
    const { definition, awaited, lastError } = saga;
    const command = this.known.definition(saga)?.commands.get(awaited);
    if (!command) return;
    const { step, direction } = command;
    const reason = lastError?.code === SILENT_CODE ? 'silent' : 'fault';
    retries.inc({ definition, step, direction, reason });
  }
}

function endOf(saga: EndedSaga): SagaEnd {
  if (saga.phase === 'done') return 'done';
  if (saga.failure.kind === 'rejected') return 'declined';
  return saga.failure.code === OPERATOR_CODE ? 'operator' : 'unknown';
}
