/** Why the last attempt failed; kept until the saga goes on. */
export interface LastError {
  readonly code: string;
  readonly message: string;
  /** How many times in a row the command could not even be handed to the broker. */
  readonly unsent?: number;
  /** How many times in a row the database refused to write what came of the awaited command. */
  readonly refused?: number;
  /**
   * How many attempts were before the operator's last resume: backoff and parking count those
   * after.
   */
  readonly forgiven?: number;
  /** The pauses of the step's `pausesMs` that were made so far, in milliseconds. */
  readonly pausesMs?: readonly number[];
}

/** Why a saga is undone: a business rejection, or an unknown outcome. */
export interface SagaFailure {
  readonly step: string;
  readonly kind: 'rejected' | 'unknown';
  readonly code: string;
  readonly message: string;
  readonly details?: unknown;
}

/** What every saga has. All times are database time, in ms. */
export interface SagaFacts {
  readonly sagaId: string;
  /** What the saga is about: the order's id, say. */
  readonly subjectId: string;
  readonly definition: string;
  readonly definitionVersion: number;
  readonly input: unknown;
  readonly kept: Readonly<Record<string, unknown>>;
  readonly requestId: string | undefined;
  /** Raised by every write; a write is refused unless it follows the version it was made from. */
  readonly version: number;
  /** Raised by every takeover. */
  readonly epoch: number;
  /** The engine instance that drives this saga; a new id for every process start. */
  readonly owner: string;
  readonly createdAtMs: number;
  readonly sagaDeadlineAtMs: number;
}

/**
 * What the wake-up time stands for: the reply's deadline, the next attempt, or another try to hand
 * the same attempt to the broker.
 */
export type WaitingFor = 'reply' | 'retry' | 'resend';

/** The one command an unfinished saga awaits; the state row that holds it is the outbox. */
export interface Awaiting {
  /** The name of the awaited command: the step's, or its undo's. */
  readonly awaited: string;
  /** 1 for the first; counts sends that may have reached the participant. */
  readonly attempt: number;
  readonly waitingFor: WaitingFor;
  readonly wakeAtMs: number;
  /** Absent for an undo, and from the pivot on: those are retried for ever. */
  readonly stepDeadlineAtMs: number | undefined;
  readonly lastError: LastError | undefined;
  /** The saga is parked: it cannot go on by itself, and is retried slowly. */
  readonly needsAttention: boolean;
}

export interface ForwardSaga extends SagaFacts, Awaiting {
  readonly phase: 'forward';
  readonly failure: undefined;
}

export interface BackwardSaga extends SagaFacts, Awaiting {
  readonly phase: 'backward';
  readonly failure: SagaFailure;
}

export interface DoneSaga extends SagaFacts {
  readonly phase: 'done';
}

export interface UndoneSaga extends SagaFacts {
  readonly phase: 'undone';
  readonly failure: SagaFailure;
}

export type OpenSaga = ForwardSaga | BackwardSaga;
export type EndedSaga = DoneSaga | UndoneSaga;
export type SagaInstance = OpenSaga | EndedSaga;

export type SagaStatus = 'RUNNING' | 'COMPENSATING' | 'DONE' | 'COMPENSATED';

const STATUS = {
  forward: 'RUNNING',
  backward: 'COMPENSATING',
  done: 'DONE',
  undone: 'COMPENSATED',
} as const satisfies Record<SagaInstance['phase'], SagaStatus>;

/** The status column. */
export function statusOf(instance: SagaInstance): SagaStatus {
  return STATUS[instance.phase];
}

/** The current_step column: the awaited command's name, or how the saga ended. */
export function currentStepOf(instance: SagaInstance): string {
  if (isOpen(instance)) return instance.awaited;
  return instance.phase === 'done' ? 'COMPLETED' : 'COMPENSATED';
}

export function isOpen(instance: SagaInstance): instance is OpenSaga {
  return instance.phase === 'forward' || instance.phase === 'backward';
}

/** What every log line about a saga carries, so that one search shows it everywhere. */
export function traceOf({ sagaId, subjectId, requestId }: SagaInstance): SagaTrace {
  return { sagaId, subjectId, ...(requestId !== undefined && { requestId }) };
}

export interface SagaTrace {
  readonly sagaId: string;
  readonly subjectId: string;
  readonly requestId?: string;
}

export type SagaLogStatus = 'STARTED' | 'COMPLETED' | 'FAILED';

/** What the last row of a command tells beside its status; a STARTED row has no data. */
export interface SagaLogData {
  readonly attempts: number;
  readonly lastError?: LastError;
  /** On a FAILED row: a business rejection, or an unknown outcome. */
  readonly outcome?: 'rejected' | 'unknown';
  readonly code?: string;
  readonly message?: string;
  readonly details?: unknown;
}

/** A row to be written to saga_logs; the database gives it its time. */
export interface SagaLog {
  readonly step: string;
  readonly status: SagaLogStatus;
  readonly data: SagaLogData | undefined;
}

/** A row of saga_logs as it is read back; createdAt is ISO 8601 in UTC with microseconds. */
export interface SagaLogEntry extends SagaLog {
  readonly createdAt: string;
}
