import type { Deadlines } from '../consume/deadlines.js';
import { BrokerUnavailable, ConfirmLost, RouteFull } from '../connection/errors.js';
import type { PublishResult } from './publisher.js';
import { backoffMs, pause } from '../connection/waiting.js';

/** Limits for a message that is useless later, such as a reply. */
interface SendLimits {
  /** After so many refusals, the message is dropped. */
  readonly refusalsMax: number;
  /** After so much time without a confirm, the message is dropped. */
  readonly silence: Deadlines;
}

export interface DurableSend {
  publish(): Promise<PublishResult>;
  /**
   * False when the channel of the settled delivery was closed: the broker will deliver it again.
   */
  isOurs(): boolean;
  /** For our own queues: declares a missing queue again, instead of returning `unroutable`. */
  declareAgain?(): Promise<void>;
  /** Without limits, it is tried for ever. */
  limits?: SendLimits;
}

/** `abandoned` when the delivery is no longer ours; `not-accepted` when a limit was reached. */
export type DurableSendResult = PublishResult | 'abandoned' | 'not-accepted';

/**
 * Publishes until the broker has answered. After a lost confirm it publishes again: the reader must
 * tolerate a repeat in any case. An unavailable broker is waited for and is not a refusal. A full
 * route is a refusal.
 */
export async function sendDurably(send: DurableSend): Promise<DurableSendResult> {
  const { refusalsMax, silence } = send.limits ?? { refusalsMax: Infinity };
  let refusals = 0;
  for (let failures = 1; ; failures += 1) {
    try {
      const publishing = send.publish();
      const result = await (silence ? answerOf(publishing, silence) : publishing);
      if (result !== 'unroutable' || !send.declareAgain) return result;
      await send.declareAgain();
    } catch (error) {
      if (error instanceof ConfirmLost || error instanceof RouteFull) refusals += 1;
      else if (!(error instanceof BrokerUnavailable)) throw error;
    }
    if (!send.isOurs()) return 'abandoned';
    if (refusals >= refusalsMax) return 'not-accepted';
    await pause(backoffMs(failures));
    if (!send.isOurs()) return 'abandoned';
  }
}

function answerOf(
  publishing: Promise<PublishResult>,
  silence: Deadlines,
): Promise<PublishResult | 'not-accepted'> {
  return new Promise((resolve, reject) => {
    const cancel = silence.start(() => resolve('not-accepted'));
    void publishing.then(resolve, reject).finally(cancel);
  });
}
