import type { CommandQueue } from '@backstitch/shared-types';
import { isServed, whyInvalid } from './command-data.js';
import type { ReadDeadLetter } from './dead-letter.reader.js';
import type { DeadLetterShape } from './dead-letter-verdict.js';

/** How the programs of today read a dead letter. Pure. */
export function shapeOf({
  queue: name,
  read,
}: Pick<ReadDeadLetter, 'queue' | 'read'>): DeadLetterShape {
  const queue = name as CommandQueue;
  if ('unreadable' in read) return { kind: 'unreadable', why: read.unreadable.message };
  const { pattern, data, saga } = read.packet;
  if (!isServed(queue, pattern)) return { kind: 'unknown pattern', pattern };
  const why = whyInvalid(queue, pattern, data);
  if (why !== undefined) return { kind: 'invalid data', pattern, why };
  const { orderId = '' } = (data ?? {}) as { orderId?: string };
  // Senders may say null for no saga.
  const command = { queue, pattern, data, orderId: orderId.toLowerCase(), saga: saga ?? undefined };
  return { kind: 'command', command };
}
