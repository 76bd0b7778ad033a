import type { LastError, OpenSaga, SagaFailure, SagaLog } from './instance.js';
import { attemptsOf } from './transition-builder.js';

/** Why a step ended the way forward, as the saga keeps it. */
export function failureOf(
  step: string,
  kind: SagaFailure['kind'],
  from: { code: string; message: string; details?: unknown },
): SagaFailure {
  const { code, message, details } = from;
  return { step, kind, code, message, ...(details !== undefined && { details }) };
}

/** The row in the log that a failed step ends with. */
export function failedRow(
  step: string,
  saga: OpenSaga,
  failure: SagaFailure,
  lastError: LastError | undefined,
): SagaLog {
  const { kind: outcome, code, message, details } = failure;
  const reason = { outcome, code, message, ...(details !== undefined && { details }) };
  return { step, status: 'FAILED', data: { ...attemptsOf(saga, lastError), ...reason } };
}
