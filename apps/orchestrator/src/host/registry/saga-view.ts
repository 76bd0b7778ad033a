import {
  currentStepOf,
  isOpen,
  type SagaFailure,
  type SagaInstance,
  type SagaLogEntry,
  type SagaNoteEntry,
  statusOf,
} from '@backstitch/saga-engine';
import type { SagaPlanStepView, SagaView } from '@backstitch/shared-types';
import type { SagaReason } from './registered-saga.js';
import { pauseOf } from './saga-pause.js';

/** What was read of a saga, and what is known of its kind. */
export interface ToldOf {
  readonly saga: SagaInstance;
  readonly log: readonly SagaLogEntry[];
  readonly notes: readonly SagaNoteEntry[];
  readonly plan: readonly SagaPlanStepView[];
  /** Tells callers that the service of the awaited command does not answer. */
  readonly away: string | undefined;
  /** Why it is undone. */
  readonly outcome: (failure: SagaFailure) => SagaReason;
}

/** What is answered for every saga. Pure. */
export function generalViewOf({ saga, log, notes, plan, away, outcome }: ToldOf): SagaView {
  const open = isOpen(saga) ? saga : undefined;
  const nextTryAt = saga.phase === 'waiting' ? saga.dueAtMs : open?.wakeAtMs;
  const failure = saga.phase === 'done' ? undefined : saga.failure;
  const reason = failure && outcome(failure);
  const createdAt = timeOf(saga.createdAtMs);
  const isEnding = saga.phase === 'done' || saga.phase === 'undone';
  const newest = [log.at(-1)?.createdAt, notes.at(-1)?.createdAt, createdAt];
  return {
    sagaId: saga.sagaId,
    orderId: saga.subjectId,
    definition: saga.definition,
    definitionVersion: saga.definitionVersion,
    status: statusOf(saga),
    currentStep: currentStepOf(saga),
    attempt: open?.attempt ?? null,
    nextTryAt: timeOrNull(nextTryAt),
    lastError: open?.lastError
      ? { code: open.lastError.code, message: open.lastError.message }
      : null,
    needsAttention: open?.needsAttention ?? false,
    reason: reason ? { code: reason.code, detail: reason.detail } : null,
    requestId: saga.requestId ?? null,
    owner: open ? saga.owner : null,
    waitingFor: open?.waitingFor ?? null,
    stepDeadlineAt: timeOrNull(open?.stepDeadlineAtMs),
    sagaDeadlineAt: isEnding ? null : timeOf(saga.sagaDeadlineAtMs),
    holdExpiresAt: null,
    amount: null,
    currency: null,
    paused: pauseOf(saga, notes, away),
    lifecycle: [],
    plan: [...plan],
    createdAt,
    updatedAt: newest.reduce((a, b) => ((b ?? '') > (a ?? '') ? b : a)) ?? createdAt,
    log: log.map(({ step, status, data, createdAt: at }) => ({
      step,
      status,
      data: data ?? null,
      createdAt: at,
    })),
    notes: notes.map(({ kind, step, data, createdAt: at }) => ({
      kind,
      step,
      data,
      createdAt: at,
    })),
  };
}

function timeOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : timeOf(ms);
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
