import { currentStepOf, isOpen, statusOf } from '../core/instance.js';
import type { PreparedSaga, SagaMove, SagaWrite } from '../runtime/ports.js';
import type { SagaNote } from '../core/note.js';
import type { Column, Columns } from './cells.js';

type Written = Column<SagaWrite>;
type New = Column<PreparedSaga>;

const open = ({ instance }: SagaWrite) => (isOpen(instance) ? instance : undefined);

/** What comes in of a transition, from $2 on; what did not change travels as NULL. */
export const WRITTEN = {
  saga_id: { type: 'uuid', of: ({ instance }) => instance.sagaId },
  version: { type: 'int', of: ({ before }) => before.version },
  current_step: { type: 'text', of: ({ instance }) => currentStepOf(instance) },
  status: { type: 'text', of: ({ instance }) => statusOf(instance) },
  attempt: { type: 'int', of: (write) => open(write)?.attempt ?? write.before.attempt },
  waiting_for: { type: 'text', of: (write) => open(write)?.waitingFor },
  wake_at: { type: 'float8', of: (write) => open(write)?.wakeAtMs },
  step_deadline_at: { type: 'float8', of: (write) => open(write)?.stepDeadlineAtMs },
  last_error: { type: 'jsonb', of: (write) => open(write)?.lastError },
  needs_attention: { type: 'bool', of: (write) => open(write)?.needsAttention ?? false },
  kept: {
    type: 'jsonb',
    of: ({ before, instance }) => (instance.kept === before.kept ? undefined : instance.kept),
  },
  failure: {
    type: 'jsonb',
    of: ({ before, instance }) =>
      instance.phase === 'done' || instance.failure === before.failure
        ? undefined
        : instance.failure,
  },
  ...logColumns(1),
  ...logColumns(2),
} as const satisfies Columns<SagaWrite>;

/** The same of a transition that has notes. */
export const NOTED_WRITTEN = {
  ...WRITTEN,
  ...noteColumns(1),
  ...noteColumns(2),
} as const satisfies Columns<SagaWrite>;

/** A transition that concerns a wait, and whose owner it must be; undefined for any. */
export type WaitWrite = SagaMove & { readonly guard: string | undefined };

/** What comes in of a transition that concerns a wait, from $1 on. */
export const WAIT_WRITTEN = {
  ...(NOTED_WRITTEN as Columns<unknown> as Columns<WaitWrite>),
  attempt: {
    type: 'int',
    of: ({ before, instance }) =>
      [instance, before].map((saga) => (isOpen(saga) ? saga.attempt : undefined)).find(Boolean) ??
      1,
  },
  guard: { type: 'uuid', of: ({ guard }) => guard },
  owner: { type: 'uuid', of: ({ instance }) => instance.owner },
  due_at: {
    type: 'float8',
    of: ({ instance }) => (instance.phase === 'waiting' ? instance.dueAtMs : undefined),
  },
  saga_deadline_at: { type: 'float8', of: ({ instance }) => instance.sagaDeadlineAtMs },
  waits: { type: 'jsonb', of: ({ instance }) => instance.waits },
  signal_id: { type: 'text', of: ({ signal }) => signal?.id },
  signal_name: { type: 'text', of: ({ signal }) => signal?.name },
  signal_data: { type: 'jsonb', of: ({ signal }) => signal && (signal.data ?? null) },
  signal_answer: { type: 'jsonb', of: ({ signal }) => signal?.answer },
} as const satisfies Columns<WaitWrite>;

/** What comes in of a new saga, from $1 on. */
export const NEW = {
  saga_id: { type: 'uuid', of: ({ instance }) => instance.sagaId },
  subject_id: { type: 'uuid', of: ({ instance }) => instance.subjectId },
  definition: { type: 'text', of: ({ instance }) => instance.definition },
  definition_version: { type: 'int', of: ({ instance }) => instance.definitionVersion },
  current_step: { type: 'text', of: ({ instance }) => instance.awaited },
  wake_at: { type: 'float8', of: ({ instance }) => instance.wakeAtMs },
  step_deadline_at: { type: 'float8', of: ({ instance }) => instance.stepDeadlineAtMs },
  saga_deadline_at: { type: 'float8', of: ({ instance }) => instance.sagaDeadlineAtMs },
  input: { type: 'jsonb', of: ({ instance }) => instance.input },
  request_id: { type: 'text', of: ({ instance }) => instance.requestId },
  owner: { type: 'uuid', of: ({ instance }) => instance.owner },
} as const satisfies Readonly<Record<string, New>>;

function logColumns<Nth extends 1 | 2>(nth: Nth) {
  const log = ({ logs }: SagaWrite) => logs[nth - 1];
  return {
    [`step_${nth}`]: { type: 'text', of: (write: SagaWrite) => log(write)?.step },
    [`status_${nth}`]: { type: 'text', of: (write: SagaWrite) => log(write)?.status },
    [`data_${nth}`]: { type: 'jsonb', of: (write: SagaWrite) => log(write)?.data },
  } as Record<`${'step' | 'status' | 'data'}_${Nth}`, Written>;
}

function noteColumns<Nth extends 1 | 2>(nth: Nth) {
  const note = ({ notes }: SagaWrite): SagaNote | undefined => notes?.[nth - 1];
  return {
    [`note_${nth}`]: { type: 'text', of: (write: SagaWrite) => note(write)?.kind },
    [`note_step_${nth}`]: { type: 'text', of: (write: SagaWrite) => note(write)?.step },
    [`note_data_${nth}`]: { type: 'jsonb', of: (write: SagaWrite) => note(write)?.data },
  } as Record<`${'note' | 'note_step' | 'note_data'}_${Nth}`, Written>;
}
