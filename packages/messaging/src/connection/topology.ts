import { COMMAND_QUEUES, deadLetterQueueOf } from '@backstitch/shared-types';

export type QueueType = 'classic' | 'quorum';

/** A queue as everybody declares it: equal declarations never conflict. */
export interface QueueDeclaration {
  name: string;
  options: { durable: true; expires?: number; arguments?: Record<string, unknown> };
}

export const ALL_COMMAND_QUEUES: readonly string[] = Object.values(COMMAND_QUEUES);

/**
 * The queue and its dead-letter queue. Classic queues carry no arguments, so that stock clients
 * may declare them too; dead letters are explicit publishes, so the broker need not know of them.
 */
export function commandQueueDeclarations(queue: string, type: QueueType): QueueDeclaration[] {
  const options: QueueDeclaration['options'] =
    type === 'quorum'
      ? { durable: true, arguments: { 'x-queue-type': 'quorum' } }
      : { durable: true };
  return [queue, deadLetterQueueOf(queue)].map((name) => ({ name, options }));
}

/**
 * Neither auto-delete nor exclusive: replies are kept while their reader's connection is being
 * restored, and the broker removes the queue when nobody has come back for `expiresMs`. Classic in a
 * cluster too: when its node dies it is replaced on another, and what was in it is asked again.
 */
export function replyQueueDeclaration(name: string, expiresMs: number): QueueDeclaration {
  return { name, options: { durable: true, expires: expiresMs } };
}

/**
 * RabbitMQ's pseudo-queue for replies. It is not a queue to the `mandatory` flag, which would
 * report every reply that was delivered to it as unroutable.
 */
export function isDirectReplyTo(queue: string): boolean {
  return queue.startsWith('amq.rabbitmq.reply-to.');
}
