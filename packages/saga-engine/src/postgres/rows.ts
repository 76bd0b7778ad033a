import type {
  Awaiting,
  LastError,
  OpenSaga,
  SagaFacts,
  SagaFailure,
  SagaInstance,
  SagaStatus,
  WaitingFor,
  WaitMemory,
} from '../core/instance.js';
import type { SignalAnswer } from '../core/signal.js';
import type { SignalRecorded } from '../runtime/ports.js';

/** A row of saga_state as the statements read it. */
export interface SagaRow {
  saga_id: string;
  subject_id: string;
  definition: string;
  definition_version: number;
  status: SagaStatus;
  current_step: string;
  attempt: number;
  waiting_for: WaitingFor | null;
  last_error: LastError | null;
  needs_attention: boolean;
  failure: SagaFailure | null;
  kept: Record<string, unknown>;
  input: unknown;
  request_id: string | null;
  version: number;
  epoch: number;
  owner: string;
  waits: WaitMemory | null;
  due_at: number | null;
  wake_at: number | null;
  step_deadline_at: number | null;
  saga_deadline_at: number;
  created_at: number;
}

/** A row of saga_signals. */
export interface SignalRow {
  name: string;
  data: unknown;
  answer: SignalAnswer;
}

/** A row that was taken over. */
export interface TakenRow extends SagaRow {
  former_owner: string;
}

/** How many rows a save wrote, and which, by their places in the batch. */
export interface RecordAnswer {
  recorded: SignalRecorded;
}

export interface SaveAnswer {
  saved: number;
  places: string | null;
}

export function instanceOf(row: SagaRow): SagaInstance {
  const facts: SagaFacts = {
    sagaId: row.saga_id,
    subjectId: row.subject_id,
    definition: row.definition,
    definitionVersion: row.definition_version,
    input: row.input,
    kept: row.kept,
    requestId: row.request_id ?? undefined,
    version: row.version,
    epoch: row.epoch,
    owner: row.owner,
    createdAtMs: row.created_at,
    sagaDeadlineAtMs: row.saga_deadline_at,
    waits: row.waits ?? undefined,
  };
  switch (row.status) {
    case 'DONE':
      return { phase: 'done', ...facts };
    case 'COMPENSATED':
      return { phase: 'undone', ...facts, failure: failureOf(row) };
    case 'WAITING':
      return {
        phase: 'waiting',
        ...facts,
        waitsAt: row.current_step,
        dueAtMs: row.due_at ?? 0,
        failure: undefined,
      };
    case 'COMPENSATING':
      return { phase: 'backward', ...facts, ...awaitingOf(row), failure: failureOf(row) };
    default:
      return { phase: 'forward', ...facts, ...awaitingOf(row), failure: undefined };
  }
}

/** A row that was read as unfinished. */
export function openSagaOf(row: SagaRow): OpenSaga {
  return instanceOf(row) as OpenSaga;
}

function awaitingOf(row: SagaRow): Awaiting {
  return {
    awaited: row.current_step,
    attempt: row.attempt,
    waitingFor: row.waiting_for ?? 'reply',
    wakeAtMs: row.wake_at ?? 0,
    stepDeadlineAtMs: row.step_deadline_at ?? undefined,
    lastError: row.last_error ?? undefined,
    needsAttention: row.needs_attention,
  };
}

/** Only a row changed by hand lacks its reason; it must not stand in the way of its neighbours. */
function failureOf(row: SagaRow): SagaFailure {
  const message = 'the row does not say why';
  return (
    row.failure ?? { step: row.current_step, kind: 'unknown', code: 'REASON_MISSING', message }
  );
}
