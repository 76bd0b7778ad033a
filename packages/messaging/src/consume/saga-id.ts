import { isUuid, type SagaTag } from '@backstitch/shared-types';
import { MalformedCommand } from '../connection/errors.js';

/**
 * The saga of a command as rows keep it, in lower case; undefined outside of one. Throws
 * MalformedCommand for what no uuid column takes: found here it spoils no batch.
 */
export function sagaIdOf(saga: SagaTag | undefined): string | undefined {
  if (!saga) return undefined;
  if (!isUuid(saga.sagaId)) throw new MalformedCommand(`sagaId ${saga.sagaId} is not a UUID`);
  return saga.sagaId.toLowerCase();
}
