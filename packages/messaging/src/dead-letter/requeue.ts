import type { Broker } from '../connection/broker.js';
import { sendDurably } from '../publish/durable-send.js';
import type { PublishProperties } from '../publish/publisher.js';
import type { InboundCommand } from '../batch/unpack.js';

/**
 * Publishes the original bytes of a command to one of our queues, which is declared again when it
 * is missing. True when the broker has confirmed it; false when the channel of its delivery was
 * closed before.
 */
export async function requeue(
  queue: string,
  inbound: InboundCommand,
  properties: PublishProperties,
  { publisher }: Broker,
): Promise<boolean> {
  const sent = await sendDurably({
    publish: () => publisher.publish(queue, inbound.body, properties),
    declareAgain: () => publisher.declareAgain(),
    isOurs: () => inbound.isOurs(),
  });
  return sent !== 'abandoned';
}
