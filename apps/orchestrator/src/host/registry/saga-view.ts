import {
  currentStepOf,
  isOpen,
  type SagaFailure,
  type SagaInstance,
  type SagaLogEntry,
  statusOf,
} from '@backstitch/saga-engine';
import type { SagaView } from '@backstitch/shared-types';
import type { SagaReason } from './registered-saga.js';

/** What is answered for every saga; `outcome` tells why it is undone. Pure. */
export function generalViewOf(
  saga: SagaInstance,
  log: readonly SagaLogEntry[],
  outcome: (failure: SagaFailure) => SagaReason,
): SagaView {
  const open = isOpen(saga) ? saga : undefined;
  const nextTryAt = saga.phase === 'waiting' ? saga.dueAtMs : open?.wakeAtMs;
  const failure = saga.phase === 'done' ? undefined : saga.failure;
  const reason = failure && outcome(failure);
  const createdAt = timeOf(saga.createdAtMs);
  return {
    sagaId: saga.sagaId,
    orderId: saga.subjectId,
    definition: saga.definition,
    definitionVersion: saga.definitionVersion,
    status: statusOf(saga),
    currentStep: currentStepOf(saga),
    attempt: open?.attempt ?? null,
    nextTryAt: nextTryAt === undefined ? null : timeOf(nextTryAt),
    lastError: open?.lastError
      ? { code: open.lastError.code, message: open.lastError.message }
      : null,
    needsAttention: open?.needsAttention ?? false,
    reason: reason ? { code: reason.code, detail: reason.detail } : null,
    requestId: saga.requestId ?? null,
    createdAt,
    updatedAt: log.at(-1)?.createdAt ?? createdAt,
    log: log.map(({ step, status, data, createdAt: at }) => ({
      step,
      status,
      data: data ?? null,
      createdAt: at,
    })),
  };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
