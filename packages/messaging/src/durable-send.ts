import { backoffMs, pause } from './waiting.js';
import { BrokerAway, ConfirmLost } from './errors.js';
import type { PublishResult } from './publisher.js';

export interface DurableSend {
  publish(): Promise<PublishResult>;
  /** False as soon as the delivery that this settles was taken from us: it will be seen again. */
  isOurs(): boolean;
  /** For a queue of ours: declared again when it is missing, instead of reported. */
  declareAgain?(): Promise<void>;
}

/**
 * Publishes until the broker has answered. A lost confirm is published again: whoever reads it
 * must bear a repeat anyway. `given-up` only when the delivery is no longer ours.
 */
export async function sendDurably(send: DurableSend): Promise<PublishResult | 'given-up'> {
  for (let failures = 1; ; failures += 1) {
    try {
      const result = await send.publish();
      if (result === 'accepted' || !send.declareAgain) return result;
      await send.declareAgain();
    } catch (error) {
      if (!(error instanceof BrokerAway) && !(error instanceof ConfirmLost)) throw error;
    }
    if (!send.isOurs()) return 'given-up';
    await pause(backoffMs(failures));
    if (!send.isOurs()) return 'given-up';
  }
}
