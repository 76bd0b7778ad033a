import type { Broker } from './broker.js';
import { keepIn } from './keep.js';
import { carriedProperties } from './message-headers.js';
import type { PacketDesk } from './packet-desk.js';
import type { Parcel } from './unpack.js';

/**
 * Takes apart a frame that somebody had before us and did not finish: whatever in it may have killed
 * them is alone when it comes again, and its neighbours are served without it. True when every packet
 * is back in its queue, or among the dead letters, and the frame may be acknowledged.
 */
export async function splitFrame(
  parcels: readonly Parcel[],
  at: { broker: Broker; queue: string; desk: PacketDesk },
): Promise<boolean> {
  if (!parcels.every((parcel) => parcel.isOurs())) return false;
  const { counters, logger } = at.broker;
  counters.framesSplit += 1;
  logger.warn({ queue: at.queue, packets: parcels.length }, 'redelivered frame taken apart');
  const ends = await Promise.allSettled(parcels.map((parcel) => sendAlone(parcel, at)));
  return ends.every(isSettled);
}

/** All have ended, so nothing goes on behind an acknowledgement; an error is the whole frame's. */
export function isSettled(end: PromiseSettledResult<boolean>): boolean {
  if (end.status === 'rejected') throw end.reason;
  return end.value;
}

async function sendAlone(
  parcel: Parcel,
  { broker, queue, desk }: Parameters<typeof splitFrame>[1],
): Promise<boolean> {
  // Put back alone, a list within a list would be taken for a frame.
  if ('unreadable' in parcel.read) return desk.serve(parcel, () => parcel.isOurs());
  return keepIn(queue, parcel, { ...carriedProperties(parcel.properties) }, broker);
}
