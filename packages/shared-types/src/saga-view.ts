export const SAGA_STATUSES = ['RUNNING', 'COMPENSATING', 'WAITING', 'DONE', 'COMPENSATED'] as const;

export const SAGA_LOG_STATUSES = ['STARTED', 'COMPLETED', 'FAILED'] as const;

/** One row of saga_logs. The contents of `data` are technical. */
export interface SagaLogView {
  step: string;
  status: (typeof SAGA_LOG_STATUSES)[number];
  data: unknown;
  createdAt: string;
}

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
  createdAt: string;
  updatedAt: string;
  log: SagaLogView[];
}
