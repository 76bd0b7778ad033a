import { EngineStopped } from '@backstitch/saga-engine';
import { DatabaseTimeUnknown } from '@backstitch/saga-engine/postgres';
import { databaseFault, Problem } from '@backstitch/service-kit';

/** What is thrown when the database or the engine cannot be used now. A bug stays as it is. */
export function unavailableFor(error: unknown): unknown {
  const isPassing =
    error instanceof EngineStopped ||
    error instanceof DatabaseTimeUnknown ||
    ['away', 'contention', 'locked'].includes(databaseFault(error));
  return isPassing ? unavailable(error) : error;
}

export function unavailable(cause: unknown): Problem {
  const detail = 'It may have been recorded. Send the same request again.';
  return new Problem('UNAVAILABLE', detail, { headers: { 'retry-after': '1' }, cause });
}
