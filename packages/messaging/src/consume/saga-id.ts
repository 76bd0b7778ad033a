import { isUuid, type SagaTag } from '@backstitch/shared-types';
import { MalformedCommand } from '../connection/errors.js';

/**
 * The saga id of a command in lower case, as rows store it; undefined without a saga. Throws
 * MalformedCommand when it is not a UUID, before it can fail a whole batch in the database.
 */
export function sagaIdOf(saga: SagaTag | undefined): string | undefined {
  if (!saga) return undefined;
  if (!isUuid(saga.sagaId)) throw new MalformedCommand(`sagaId ${saga.sagaId} is not a UUID`);
  return saga.sagaId.toLowerCase();
}
