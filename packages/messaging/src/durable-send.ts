import { backoffMs, pause } from './waiting.js';
import { BrokerAway, ConfirmLost } from './errors.js';
import type { PublishProperties, PublishResult, Publisher } from './publisher.js';

export interface DurableSend {
  queue: string;
  body: Buffer;
  properties: PublishProperties;
  /** False as soon as the delivery that this settles was taken from us: it will be seen again. */
  isOurs(): boolean;
  /** The queue is one of ours: declared again when it is missing, instead of reported. */
  mustRoute?: boolean;
}

/**
 * Publishes until the broker has answered. A lost confirm is published again: whoever reads it
 * must bear a repeat anyway. `given-up` only when the delivery is no longer ours.
 */
export async function sendDurably(
  publisher: Publisher,
  send: DurableSend,
): Promise<PublishResult | 'given-up'> {
  for (let failures = 1; ; failures += 1) {
    try {
      const result = await publisher.publish(send.queue, send.body, send.properties);
      if (result === 'accepted' || !send.mustRoute) return result;
      await publisher.declareAgain();
    } catch (error) {
      if (!(error instanceof BrokerAway) && !(error instanceof ConfirmLost)) throw error;
    }
    if (!send.isOurs()) return 'given-up';
    await pause(backoffMs(failures));
    if (!send.isOurs()) return 'given-up';
  }
}
