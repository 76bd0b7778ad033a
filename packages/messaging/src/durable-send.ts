import { backoffMs, pause } from './waiting.js';
import { BrokerAway, ConfirmLost } from './errors.js';
import type { PublishResult } from './publisher.js';

export interface DurableSend {
  publish(): Promise<PublishResult>;
  /** False as soon as the delivery that this settles was taken from us: it will be seen again. */
  isOurs(): boolean;
  /** For a queue of ours: declared again when it is missing, instead of reported. */
  declareAgain?(): Promise<void>;
  /** Refused or unconfirmed so often, it is not sent again; without this there is no end. */
  triesMax?: number;
}

/**
 * `given-up` only when the delivery is no longer ours, `untaken` only when there is an end to the
 * tries.
 */
export type DurableSendResult = PublishResult | 'given-up' | 'untaken';

/** What was never confirmed for so long is sent once more, and not as often as what is refused. */
const SILENT_MS = 20_000;

/**
 * Publishes until the broker has answered. A lost confirm is published again: whoever reads it
 * must bear a repeat anyway. A broker that is away is waited for, and is no try.
 */
export async function sendDurably(send: DurableSend): Promise<DurableSendResult> {
  const { triesMax = Infinity } = send;
  let tries = 0;
  let silentMs = 0;
  for (let failures = 1; ; failures += 1) {
    const sentAtMs = performance.now();
    try {
      const result = await send.publish();
      if (result === 'accepted' || !send.declareAgain) return result;
      await send.declareAgain();
    } catch (error) {
      if (error instanceof ConfirmLost) {
        tries += 1;
        silentMs += performance.now() - sentAtMs;
      } else if (!(error instanceof BrokerAway)) throw error;
    }
    if (!send.isOurs()) return 'given-up';
    const wasSilent = Number.isFinite(triesMax) && tries > 1 && silentMs > SILENT_MS;
    if (wasSilent || tries >= triesMax) return 'untaken';
    await pause(backoffMs(failures));
    if (!send.isOurs()) return 'given-up';
  }
}
