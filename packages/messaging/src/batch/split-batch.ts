import type { Broker } from '../connection/broker.js';
import { requeue } from '../dead-letter/requeue.js';
import { carriedProperties } from '../dead-letter/message-headers.js';
import type { CommandProcessor } from '../consume/command-processor.js';
import type { PublishProperties } from '../publish/publisher.js';
import type { InboundCommand } from './unpack.js';

/** Milliseconds, as the broker takes them. */
const EXPIRATION = /^\d{1,10}$/;

/**
 * Takes apart a batch that somebody had before us and did not finish: whatever in it may have killed
 * them is alone when it comes again, and its neighbours are served without it. True when every packet
 * is back in its queue, or among the dead letters, and the batch may be acknowledged.
 */
export async function splitBatch(
  inboundCommands: readonly InboundCommand[],
  at: { broker: Broker; queue: string; processor: CommandProcessor },
): Promise<boolean> {
  if (!inboundCommands.every((inbound) => inbound.isOurs())) return false;
  const { counters, logger } = at.broker;
  counters.batchesSplit += 1;
  logger.warn(
    { queue: at.queue, packets: inboundCommands.length },
    'redelivered batch taken apart',
  );
  const ends = await Promise.allSettled(inboundCommands.map((inbound) => sendAlone(inbound, at)));
  return ends.every(isSettled);
}

/** All have ended, so nothing goes on behind an acknowledgement; an error is the whole batch's. */
export function isSettled(end: PromiseSettledResult<boolean>): boolean {
  if (end.status === 'rejected') throw end.reason;
  return end.value;
}

async function sendAlone(
  inbound: InboundCommand,
  { broker, queue, processor }: Parameters<typeof splitBatch>[1],
): Promise<boolean> {
  // Put back alone, a list within a list would be taken for a batch.
  if ('unreadable' in inbound.read) return processor.serve(inbound, () => inbound.isOurs());
  const properties: PublishProperties = { ...carriedProperties(inbound.properties) };
  // What was to expire with its batch expires alone, too: its asker waits no longer for it.
  const { expiration } = inbound.properties as { expiration: unknown };
  if (typeof expiration === 'string' && EXPIRATION.test(expiration)) {
    properties.expiration = expiration;
  }
  return requeue(queue, inbound, properties, broker);
}
