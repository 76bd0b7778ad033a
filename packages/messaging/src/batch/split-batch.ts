import type { Broker } from '../connection/broker.js';
import { keepIn } from '../dead-letter/requeue.js';
import { carriedProperties } from '../dead-letter/message-headers.js';
import type { PacketDesk } from '../consume/command-processor.js';
import type { PublishProperties } from '../publish/publisher.js';
import type { Parcel } from './unpack.js';

/** Milliseconds, as the broker takes them. */
const EXPIRATION = /^\d{1,10}$/;

/**
 * Takes apart a batch that somebody had before us and did not finish: whatever in it may have killed
 * them is alone when it comes again, and its neighbours are served without it. True when every packet
 * is back in its queue, or among the dead letters, and the batch may be acknowledged.
 */
export async function splitBatch(
  parcels: readonly Parcel[],
  at: { broker: Broker; queue: string; desk: PacketDesk },
): Promise<boolean> {
  if (!parcels.every((parcel) => parcel.isOurs())) return false;
  const { counters, logger } = at.broker;
  counters.batchesSplit += 1;
  logger.warn({ queue: at.queue, packets: parcels.length }, 'redelivered batch taken apart');
  const ends = await Promise.allSettled(parcels.map((parcel) => sendAlone(parcel, at)));
  return ends.every(isSettled);
}

/** All have ended, so nothing goes on behind an acknowledgement; an error is the whole batch's. */
export function isSettled(end: PromiseSettledResult<boolean>): boolean {
  if (end.status === 'rejected') throw end.reason;
  return end.value;
}

async function sendAlone(
  parcel: Parcel,
  { broker, queue, desk }: Parameters<typeof splitBatch>[1],
): Promise<boolean> {
  // Put back alone, a list within a list would be taken for a batch.
  if ('unreadable' in parcel.read) return desk.serve(parcel, () => parcel.isOurs());
  const properties: PublishProperties = { ...carriedProperties(parcel.properties) };
  // What was to expire with its batch expires alone, too: its asker waits no longer for it.
  const { expiration } = parcel.properties as { expiration: unknown };
  if (typeof expiration === 'string' && EXPIRATION.test(expiration)) {
    properties.expiration = expiration;
  }
  return keepIn(queue, parcel, properties, broker);
}
