import type { Broker } from '../connection/broker.js';
import { requeue } from '../dead-letter/requeue.js';
import { carriedProperties } from '../dead-letter/message-headers.js';
import type { CommandProcessor } from '../consume/command-processor.js';
import type { PublishProperties } from '../publish/publisher.js';
import type { InboundCommand } from './unpack.js';

/** Milliseconds, in the format of the broker. */
const EXPIRATION = /^\d{1,10}$/;

/**
 * Splits a redelivered batch into single messages. A command in it may have ended its last
 * consumer, so it must be alone the next time. True when every command is back in its queue or
 * dead-lettered, and the batch may be acknowledged.
 */
export async function splitBatch(
  inboundCommands: readonly InboundCommand[],
  at: { broker: Broker; queue: string; processor: CommandProcessor },
): Promise<boolean> {
  if (!inboundCommands.every((inbound) => inbound.isOurs())) return false;
  const { counters, logger } = at.broker;
  counters.batchesSplit += 1;
  logger.warn({ queue: at.queue, packets: inboundCommands.length }, 'redelivered batch was split');
  const ends = await Promise.allSettled(inboundCommands.map((inbound) => sendAlone(inbound, at)));
  return ends.every(isSettled);
}

/**
 * All members have ended, so no work continues after the acknowledgement. An error of one member is
 * an error of the batch.
 */
export function isSettled(end: PromiseSettledResult<boolean>): boolean {
  if (end.status === 'rejected') throw end.reason;
  return end.value;
}

async function sendAlone(
  inbound: InboundCommand,
  { broker, queue, processor }: Parameters<typeof splitBatch>[1],
): Promise<boolean> {
  // Requeued alone, an array within an array would be read as a batch.
  if ('unreadable' in inbound.read) return processor.serve(inbound, () => inbound.isOurs());
  const properties: PublishProperties = { ...carriedProperties(inbound.properties) };
  // A single command keeps the expiry of its batch, because its sender waits no longer.
  const { expiration } = inbound.properties as { expiration: unknown };
  if (typeof expiration === 'string' && EXPIRATION.test(expiration)) {
    properties.expiration = expiration;
  }
  return requeue(queue, inbound, properties, broker);
}
