import type { ReadPacket } from '../batch/packet.js';

/** The log fields that identify the checkout. */
export function traceOf(read: ReadPacket): object {
  const { pattern, saga } = 'packet' in read ? read.packet : read.unreadable;
  const data =
    'packet' in read ? (read.packet.data as { orderId?: unknown } | undefined) : undefined;
  const { sagaId, step, attempt, requestId } = saga ?? {};
  // It is not validated yet, so its length in the log line is limited.
  const orderId = typeof data?.orderId === 'string' ? data.orderId.slice(0, 100) : undefined;
  return { pattern, sagaId, step, attempt, requestId, orderId };
}
