import { COMMAND_QUEUES, deadLetterQueueOf } from '@backstitch/shared-types';

export type QueueType = 'classic' | 'quorum';

/** Whether an app declares its queues, or only checks that a deployment has declared them. */
export type QueueSetup = 'declare' | 'check';

/** The declaration of a queue. All apps use the same one, so declarations never conflict. */
export interface QueueDeclaration {
  name: string;
  options: { durable: true; expires?: number; arguments?: Record<string, unknown> };
}

export const ALL_COMMAND_QUEUES: readonly string[] = Object.values(COMMAND_QUEUES);

/**
 * The queue and its dead-letter queue. Classic queues have no arguments, so stock clients may
 * declare them too. We publish dead letters ourselves, so the broker needs no arguments for them.
 */
export function commandQueueDeclarations(queue: string, type: QueueType): QueueDeclaration[] {
  const options = durableQueueOptions(type);
  return [queue, deadLetterQueueOf(queue)].map((name) => ({ name, options }));
}

/** A durable queue of this type has these options, whatever is in it. */
export function durableQueueOptions(type: QueueType): QueueDeclaration['options'] {
  if (type === 'classic') return { durable: true };
  return { durable: true, arguments: { 'x-queue-type': 'quorum' } };
}

/**
 * Neither auto-delete nor exclusive: replies are kept while their reader reconnects. The broker
 * removes the queue when it has had no consumer for `expiresMs`. It is classic in a cluster too:
 * when its node dies, another queue replaces it, and the commands are sent again.
 */
export function replyQueueDeclaration(name: string, expiresMs: number): QueueDeclaration {
  return { name, options: { durable: true, expires: expiresMs } };
}

/**
 * RabbitMQ's pseudo-queue for replies. The `mandatory` flag does not treat it as a queue: the
 * broker would report every delivered reply as unroutable.
 */
export function isDirectReplyTo(queue: string): boolean {
  return queue.startsWith('amq.rabbitmq.reply-to.');
}
