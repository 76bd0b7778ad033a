import { isOpen, type SagaInstance, type SagaNoteEntry } from '@backstitch/saga-engine';
import type { SagaPause } from '@backstitch/shared-types';

/**
 * Since when a saga is retried or parked, and why, in words for its caller; null while it gets on.
 * `away` tells of the service that it waits for. Pure.
 */
export function pauseOf(
  saga: SagaInstance,
  notes: readonly SagaNoteEntry[],
  away: string | undefined,
): SagaPause | null {
  if (!isOpen(saga) || !saga.lastError) return null;
  const { lastError, waitingFor, wakeAtMs, awaited } = saga;
  const first = notes.find(({ step, kind }) => step === awaited && kind === 'RETRIED');
  const isPaused = waitingFor === 'retry' || waitingFor === 'resend';
  const isSilent = lastError.code === 'REPLY_TIMEOUT' || lastError.unsent !== undefined;
  return {
    since: first?.createdAt ?? new Date(wakeAtMs).toISOString(),
    why: isSilent && away !== undefined ? away : whyOf(saga.needsAttention),
    nextTryAt: isPaused ? new Date(wakeAtMs).toISOString() : null,
  };
}

function whyOf(needsAttention: boolean): string {
  return needsAttention
    ? 'A step fails again and again. It is tried again, and operators see it.'
    : 'A step failed. It is tried again.';
}
