export const SAGA_STATUSES = ['RUNNING', 'COMPENSATING', 'WAITING', 'DONE', 'COMPENSATED'] as const;

export const SAGA_LOG_STATUSES = ['STARTED', 'COMPLETED', 'FAILED'] as const;

/** One row of saga_logs. The contents of `data` are technical. */
export interface SagaLogView {
  step: string;
  status: (typeof SAGA_LOG_STATUSES)[number];
  data: unknown;
  createdAt: string;
}

/** What else happened to a saga; see the notes of @backstitch/saga-engine. */
export const SAGA_NOTE_NAMES = ['RETRIED', 'PARKED', 'TAKEN_OVER', 'OPERATED', 'RESENT'] as const;

export interface SagaNoteView {
  kind: (typeof SAGA_NOTE_NAMES)[number];
  step: string;
  /** What is told of an attempt, a takeover or an operator; technical. */
  data: SagaNoteDataView | null;
  createdAt: string;
}

export interface SagaNoteDataView {
  attempt?: number;
  code?: string;
  message?: string;
  nextTryAt?: string;
  times?: number;
  action?: string;
  operator?: string;
  reason?: string;
  owner?: string;
  formerOwner?: string;
  epoch?: number;
}

/** A step of the saga's definition. */
export interface SagaPlanStepView {
  step: string;
  kind: 'command' | 'wait';
  /** The name of its own undo. */
  undo: string | null;
  /** The step whose undo takes it back. */
  undoneBy: string | null;
  queue: string | null;
  /** From here on the saga only goes forward. */
  pivot: boolean;
  /** Null: it is tried until it succeeds. */
  attemptsMax: number | null;
}

/** What the saga has reached, in the words of its kind. */
export interface SagaMilestone {
  state: string;
  at: string;
}

/** Since when a saga does not get on, and why, in words for callers. */
export interface SagaPause {
  since: string;
  why: string;
  /** Null while an attempt is under way. */
  nextTryAt: string | null;
}

/** What a saga that is listed does not tell. */
export type SagaHistoryPart = 'log' | 'notes' | 'plan' | 'lifecycle';

/** The answer of GET /sagas/:sagaId: the saga's state, and its log, oldest first. */
export interface SagaView {
  sagaId: string;
  orderId: string;
  definition: string;
  definitionVersion: number;
  status: (typeof SAGA_STATUSES)[number];
  /** The awaited step or undo, or the wait; COMPLETED or COMPENSATED at the end. */
  currentStep: string;
  /** The attempt of the awaited command; null in a wait and at the end. */
  attempt: number | null;
  /** The reply's deadline, the next attempt, or the end of the wait. */
  nextTryAt: string | null;
  /** Technical; not for the shopper. See reason. */
  lastError: { code: string; message: string } | null;
  /** The saga is parked; it is still retried slowly. */
  needsAttention: boolean;
  /** Why the checkout was undone, or is being undone, in words for the shopper. */
  reason: { code: string; detail: string } | null;
  requestId: string | null;
  /** The instance that drives it; null while nothing does. */
  owner: string | null;
  /** What nextTryAt stands for: reply, retry, resend or leave; null in a wait and at the end. */
  waitingFor: string | null;
  stepDeadlineAt: string | null;
  /** Before the pivot the saga is undone then. */
  sagaDeadlineAt: string | null;
  /** The earliest time at which what it reserved may expire. */
  holdExpiresAt: string | null;
  amount: string | null;
  currency: string | null;
  paused: SagaPause | null;
  lifecycle: SagaMilestone[];
  plan: SagaPlanStepView[];
  createdAt: string;
  updatedAt: string;
  log: SagaLogView[];
  notes: SagaNoteView[];
}
