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

/** Why a saga is undone: a business reason (of a step or a signal), or an unknown outcome. */
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
  /** The engine instance that drives this saga (a new id for every process start), or NO_OWNER. */
  readonly owner: string;
  readonly createdAtMs: number;
  /** Of the stretch between two waits that the saga is in, or was in last. */
  readonly sagaDeadlineAtMs: number;
  /** What its waits left behind; undefined when they left nothing. */
  readonly waits?: WaitMemory | undefined;
}

/** What a saga remembers for and of its waits. */
export interface WaitMemory {
  /** Signals that came before their wait, oldest first. */
  readonly early: readonly EarlySignal[];
  /** Command steps that a wait led past: they were never begun, and are not undone. */
  readonly skipped: readonly string[];
}

export interface EarlySignal {
  readonly id: string;
  readonly name: string;
  /** What its wait takes of its data. */
  readonly taken?: unknown;
}

/** The owner of a saga that waits: no instance has this id. */
export const NO_OWNER = '00000000-0000-0000-0000-000000000000';

/**
 * What the wake-up time stands for: the reply's deadline, the next attempt, another try to hand the
 * same attempt to the broker, or the end of a wait that is decided: its time has come, or its
 * signal came before it.
 */
export type WaitingFor = 'reply' | 'retry' | 'resend' | 'leave';

/** The one command a driven saga awaits; the state row that holds it is the outbox. */
export interface Awaiting {
  /** The name of the awaited command: the step's, or its undo's; or of the wait to be left. */
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

/** Waits for a signal or a time, in its row only: it has no owner, and is in no memory. */
export interface WaitingSaga extends SagaFacts {
  readonly phase: 'waiting';
  /** The name of the wait. */
  readonly waitsAt: string;
  readonly dueAtMs: number;
  readonly failure: undefined;
}

export interface DoneSaga extends SagaFacts {
  readonly phase: 'done';
}

export interface UndoneSaga extends SagaFacts {
  readonly phase: 'undone';
  readonly failure: SagaFailure;
}

/** A saga that an engine drives: it awaits the outcome of a command. */
export type OpenSaga = ForwardSaga | BackwardSaga;
export type EndedSaga = DoneSaga | UndoneSaga;
export type SagaInstance = OpenSaga | WaitingSaga | EndedSaga;

export type SagaStatus = 'RUNNING' | 'COMPENSATING' | 'WAITING' | 'DONE' | 'COMPENSATED';

const STATUS = {
  forward: 'RUNNING',
  backward: 'COMPENSATING',
  waiting: 'WAITING',
  done: 'DONE',
  undone: 'COMPENSATED',
} as const satisfies Record<SagaInstance['phase'], SagaStatus>;

/** The status column. */
export function statusOf(instance: SagaInstance): SagaStatus {
  return STATUS[instance.phase];
}

/** The current_step column: the name of the awaited command or of the wait, or how it ended. */
export function currentStepOf(instance: SagaInstance): string {
  if (isOpen(instance)) return instance.awaited;
  if (instance.phase === 'waiting') return instance.waitsAt;
  return instance.phase === 'done' ? 'COMPLETED' : 'COMPENSATED';
}

/** Whether it awaits a command. A saga that waits is neither open nor ended. */
export function isOpen(instance: SagaInstance): instance is OpenSaga {
  return instance.phase === 'forward' || instance.phase === 'backward';
}

export function isEnded(instance: SagaInstance): instance is EndedSaga {
  return instance.phase === 'done' || instance.phase === 'undone';
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
  /** On the end row of a wait: what ended it, a signal's name or "timeout". */
  readonly by?: string;
  /** The id of the signal that ended the wait or the saga. */
  readonly signalId?: string;
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
