import { EngineStopped, type Signalled } from '@backstitch/saga-engine';
import { DatabaseTimeUnknown } from '@backstitch/saga-engine/postgres';
import { databaseFault, Problem, retryAfterSeconds } from '@backstitch/service-kit';

/** Whether the database or the engine cannot be used now. Anything else is a bug. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof EngineStopped ||
    error instanceof DatabaseTimeUnknown ||
    ['away', 'contention', 'locked'].includes(databaseFault(error))
  );
}

/**
 * What is thrown when the database or the engine cannot be used now. An engine that has stopped has
 * recorded nothing: another orchestrator is asked. A bug stays as it is.
 */
export function unavailableFor(error: unknown): unknown {
  if (error instanceof EngineStopped) return notAccepted(error);
  return isPassing(error) ? unavailable(error) : error;
}

export function unavailable(cause: unknown): Problem {
  const detail = 'It may have been recorded. Send the same request again.';
  return new Problem('UNAVAILABLE', detail, { headers: { 'retry-after': '1' }, cause });
}

/** Nothing was recorded, and another orchestrator may accept it. */
function notAccepted(cause?: unknown): Problem {
  return new Problem('NOT_ACCEPTED', 'Nothing was recorded. Send the request again.', {
    headers: { 'retry-after': retryAfterSeconds() },
    cause,
  });
}

/** Why a signal was neither applied nor refused; undefined when it was one of both. */
export function unsignalled(signalled: Signalled): Problem | undefined {
  const isOneTooMany = signalled.kind === 'refused' && signalled.reason === 'too-many';
  return UNSIGNALLED[isOneTooMany ? 'too-many' : signalled.kind]?.();
}

const UNSIGNALLED: Readonly<Partial<Record<Signalled['kind'], () => Problem>>> = {
  absent: () => new Problem('ORDER_NOT_FOUND'),
  'other-signal': () =>
    new Problem('IDEMPOTENCY_KEY_REUSED', 'The key was used with another body.'),
  'too-many': () => new Problem('RATE_LIMITED', 'Too many requests for this order had no effect.'),
  'unknown-definition': notAccepted,
  moving: notAccepted,
};
