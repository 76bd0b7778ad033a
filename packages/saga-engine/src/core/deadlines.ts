import type { OpenSaga } from './instance.js';
import type { Problem } from './problem.js';

/**
 * The same state with its command sent so much later: as much of its deadlines is left as before.
 */
export function postponed(saga: OpenSaga, byMs: number): OpenSaga {
  const { stepDeadlineAtMs: deadlineAtMs, sagaDeadlineAtMs } = saga;
  const stepDeadlineAtMs =
    deadlineAtMs === undefined ? undefined : Math.min(deadlineAtMs + byMs, sagaDeadlineAtMs);
  const wakeAtMs = Math.min(saga.wakeAtMs + byMs, stepDeadlineAtMs ?? Infinity);
  return { ...saga, wakeAtMs, stepDeadlineAtMs };
}

/**
 * The same state, read from its row: after a takeover, by the scan, or after a lost commit. The
 * step's deadline in the row was set by an earlier driver. Its command may never have been sent, or
 * its answer may be lost with that driver. So the step may take as long again, within the saga's
 * deadline.
 */
export function renewed(saga: OpenSaga, deadlineMs: number, nowMs: number): OpenSaga {
  if (saga.stepDeadlineAtMs === undefined) return saga;
  const stepDeadlineAtMs = Math.min(nowMs + deadlineMs, saga.sagaDeadlineAtMs);
  return { ...saga, stepDeadlineAtMs };
}

/** Which deadline has passed: that of the saga, or else that of the step. */
export function deadlineProblem(saga: OpenSaga, deadlineMs: number, nowMs: number): Problem {
  const last = saga.lastError ? `; last error ${saga.lastError.code}` : '';
  return nowMs >= saga.sagaDeadlineAtMs
    ? { code: 'SAGA_DEADLINE', message: `the saga ran out of time${last}`, retryable: false }
    : {
        code: 'STEP_DEADLINE',
        message: `no outcome within ${deadlineMs} ms${last}`,
        retryable: false,
      };
}
