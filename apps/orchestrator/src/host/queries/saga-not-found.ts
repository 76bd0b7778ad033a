import { Problem } from '@backstitch/service-kit';

/** There is no saga with this id any more, or for this caller. */
export function sagaNotFound(retentionDays: number): Problem {
  const kept = retentionDays === 1 ? 'a day' : `${retentionDays} days`;
  const detail = `There is no such saga, or it ended long ago: finished sagas are kept for ${kept}.`;
  return new Problem('SAGA_NOT_FOUND', detail);
}
