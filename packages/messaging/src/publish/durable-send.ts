import type { Deadlines } from '../consume/deadlines.js';
import { BrokerAway, ConfirmLost, RouteFull } from '../connection/errors.js';
import type { PublishResult } from './publisher.js';
import { backoffMs, pause } from '../connection/waiting.js';

/** For what is of no use later: whoever still wants it asks again. */
interface Patience {
  /** Refused so often, it is not sent again. */
  readonly tries: number;
  /** What its queue has been silent about for so long is not waited for. */
  readonly silence: Deadlines;
}

export interface DurableSend {
  publish(): Promise<PublishResult>;
  /** False as soon as the delivery that this settles was taken from us: it will be seen again. */
  isOurs(): boolean;
  /** For a queue of ours: declared again when it is missing, instead of reported. */
  declareAgain?(): Promise<void>;
  /** Without it there is no end to the tries. */
  patience?: Patience;
}

/** `given-up` only when the delivery is no longer ours, `untaken` only when patience has an end. */
export type DurableSendResult = PublishResult | 'given-up' | 'untaken';

/**
 * Publishes until the broker has answered. A lost confirm is published again: whoever reads it
 * must bear a repeat anyway. A broker that is away is waited for, and is no try; a queue that lets too
 * much wait is one.
 */
export async function sendDurably(send: DurableSend): Promise<DurableSendResult> {
  const { tries, silence } = send.patience ?? { tries: Infinity };
  let refusals = 0;
  for (let failures = 1; ; failures += 1) {
    try {
      const publishing = send.publish();
      const result = await (silence ? answerOf(publishing, silence) : publishing);
      if (result !== 'unroutable' || !send.declareAgain) return result;
      await send.declareAgain();
    } catch (error) {
      if (error instanceof ConfirmLost || error instanceof RouteFull) refusals += 1;
      else if (!(error instanceof BrokerAway)) throw error;
    }
    if (!send.isOurs()) return 'given-up';
    if (refusals >= tries) return 'untaken';
    await pause(backoffMs(failures));
    if (!send.isOurs()) return 'given-up';
  }
}

function answerOf(
  publishing: Promise<PublishResult>,
  silence: Deadlines,
): Promise<PublishResult | 'untaken'> {
  return new Promise((resolve, reject) => {
    const callOff = silence.start(() => resolve('untaken'));
    void publishing.then(resolve, reject).finally(callOff);
  });
}
