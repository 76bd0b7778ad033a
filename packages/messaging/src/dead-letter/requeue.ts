import type { Broker } from '../connection/broker.js';
import { sendDurably } from '../publish/durable-send.js';
import type { PublishProperties } from '../publish/publisher.js';
import type { InboundCommand } from '../batch/unpack.js';

/**
 * Puts a packet's own bytes into a queue of ours, declared again when it is missing. True once the
 * broker has them, false when the delivery was taken from us before.
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
  return sent !== 'given-up';
}
