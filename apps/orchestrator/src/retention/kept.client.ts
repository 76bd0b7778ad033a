import { type DeadLetter, type DeadLetterQueues, readPacket } from '@backstitch/messaging';
import { COMMAND_QUEUES, isUuid } from '@backstitch/shared-types';
import type { QueueLocks } from '../operations/queue-locks.repository.js';
import type { Kept } from './retention.js';

export interface KeptParts {
  deadLetters: Pick<DeadLetterQueues, 'look'>;
  locks: Pick<QueueLocks, 'holding'>;
}

/** What has to be kept for the sake of the dead letters that lie there now. */
export class KeptByLetters {
  constructor(private readonly parts: KeptParts) {}

  /** Throws when they cannot all be read: then nothing is known to be safe to remove. */
  async read(): Promise<Kept> {
    const letters: DeadLetter[] = [];
    for (const queue of Object.values(COMMAND_QUEUES)) {
      const { deadLetters, locks } = this.parts;
      const looked = await locks.holding(queue, () => deadLetters.look(queue));
      if (!looked) throw new Error(`somebody else looks at the dead letters of ${queue}`);
      if (looked.more > 0) {
        const seen = looked.letters.length;
        throw new Error(
          `${queue} has ${looked.more} dead letters behind the ${seen} that are seen`,
        );
      }
      letters.push(...looked.letters);
    }
    return namedBy(letters);
  }
}

/** The sagas and orders that dead letters name, in their bodies or in their headers. Pure. */
export function namedBy(letters: readonly DeadLetter[]): Kept {
  const sagaIds = new Set<string>();
  const orderIds = new Set<string>();
  for (const { body, properties } of letters) {
    const read = readPacket(body);
    const packet = 'packet' in read ? read.packet : undefined;
    const { orderId } = (packet?.data ?? {}) as { orderId?: unknown };
    add(sagaIds, packet?.saga?.sagaId);
    add(sagaIds, properties.headers?.['dead-saga-id']);
    add(orderIds, orderId);
  }
  return { sagaIds: [...sagaIds], orderIds: [...orderIds] };
}

function add(ids: Set<string>, id: unknown): void {
  if (typeof id === 'string' && isUuid(id)) ids.add(id.toLowerCase());
}
