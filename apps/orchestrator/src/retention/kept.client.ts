import { type DeadLetter, type DeadLetterQueues, readPacket } from '@backstitch/messaging';
import { COMMAND_QUEUES, isUuid } from '@backstitch/shared-types';
import type { QueueLocks } from '../operations/queue-locks.repository.js';
import type { Kept } from './retention.js';

export interface KeptParts {
  deadLetters: Pick<DeadLetterQueues, 'scan'>;
  locks: Pick<QueueLocks, 'holding'>;
  /** Dead letters of one queue that are read [50,000]: some 10 MB of ids, and some 15 seconds. */
  lettersMax?: number;
}

const LETTERS_MAX = 50_000;

/** What has to be kept for the sake of the dead letters that lie there now. */
export class KeptByLetters {
  constructor(private readonly parts: KeptParts) {}

  /**
   * Reads every queue, and of each letter no more than what it names. Throws when a queue cannot be
   * read now; one with too many letters is told in the answer.
   */
  async read(): Promise<Kept> {
    const { deadLetters, locks, lettersMax = LETTERS_MAX } = this.parts;
    const named = new NamedIds();
    const unread: Record<string, number> = {};
    for (const queue of Object.values(COMMAND_QUEUES)) {
      const scanned = await locks.holding(queue, () =>
        deadLetters.scan(queue, lettersMax, (letter) => named.add(letter)),
      );
      if (!scanned) throw new Error(`somebody else looks at the dead letters of ${queue}`);
      if (scanned.more > 0) unread[queue] = scanned.more;
    }
    return { sagaIds: named.sagaIds, orderIds: named.orderIds, unread };
  }
}

/** The sagas and orders that dead letters name, in their bodies or in their headers. Pure. */
export class NamedIds {
  readonly sagaIds = new Set<string>();
  readonly orderIds = new Set<string>();

  add({ body, properties }: DeadLetter): void {
    const read = readPacket(body);
    const packet = 'packet' in read ? read.packet : undefined;
    const { orderId } = (packet?.data ?? {}) as { orderId?: unknown };
    add(this.sagaIds, packet?.saga?.sagaId);
    add(this.sagaIds, properties.headers?.['dead-saga-id']);
    add(this.orderIds, orderId);
  }
}

function add(ids: Set<string>, id: unknown): void {
  if (typeof id === 'string' && isUuid(id)) ids.add(id.toLowerCase());
}
