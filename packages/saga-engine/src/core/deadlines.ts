import type { OpenSaga } from './instance.js';

/** The same state, its command sent so much later: what is left of its deadlines is as it was. */
export function postponed(saga: OpenSaga, byMs: number): OpenSaga {
  const { stepDeadlineAtMs: deadlineAtMs, sagaDeadlineAtMs } = saga;
  const stepDeadlineAtMs =
    deadlineAtMs === undefined ? undefined : Math.min(deadlineAtMs + byMs, sagaDeadlineAtMs);
  const wakeAtMs = Math.min(saga.wakeAtMs + byMs, stepDeadlineAtMs ?? Infinity);
  return { ...saga, wakeAtMs, stepDeadlineAtMs };
}

/**
 * The same state, read from its row: taken over, found again, or read after a lost commit. What the
 * row says of the step's deadline was meant for the driver of then. Its command may never have been
 * sent, or its answer lost with that driver, so the step may take as long again, within the saga's
 * own deadline.
 */
export function renewed(saga: OpenSaga, deadlineMs: number, nowMs: number): OpenSaga {
  if (saga.stepDeadlineAtMs === undefined) return saga;
  const stepDeadlineAtMs = Math.min(nowMs + deadlineMs, saga.sagaDeadlineAtMs);
  return { ...saga, stepDeadlineAtMs };
}
