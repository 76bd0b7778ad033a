import type { ConfirmChannel, Options } from 'amqplib';
import type { Broker } from '../connection/broker.js';
import { BrokerUnavailable, ConfirmLost } from '../connection/errors.js';
import { answered } from '../connection/waiting.js';
import type { PublishResult } from '../publish/publisher.js';

/** A message to one queue, under a message id of its own choice or none. */
export interface OutgoingMessage {
  readonly queue: string;
  readonly body: Buffer;
  readonly properties: Options.Publish;
}

/**
 * Publishes one message on a channel of its own, since the publisher gives messages its own ids. A
 * broker in a memory alarm answers nothing: after `answerMs` the caller is told. Throws BrokerUnavailable
 * when nothing was sent, ConfirmLost when that is not known.
 */
export async function publishConfirmed(
  broker: Broker,
  message: OutgoingMessage,
  answerMs: number,
): Promise<PublishResult> {
  const channel = await openChannel(broker, answerMs);
  let lost: Error | undefined;
  channel.on('error', (error) => (lost = error));
  channel.on('close', () => (lost ??= new Error('the channel was closed')));
  try {
    return await answered(
      answerMs,
      publish(channel, message, broker.userId),
      (why) => new ConfirmLost(why),
    );
  } finally {
    // A silent broker must not delay the caller any longer.
    if (!lost) channel.close().catch(() => undefined);
  }
}

async function openChannel(broker: Broker, answerMs: number): Promise<ConfirmChannel> {
  const opening = broker.openChannel();
  try {
    return await answered(answerMs, opening, (why) => new BrokerUnavailable(why));
  } catch (error) {
    opening.then((late) => late.close()).catch(() => undefined);
    throw error;
  }
}

function publish(
  channel: ConfirmChannel,
  { queue, body, properties }: OutgoingMessage,
  userId: string | undefined,
): Promise<PublishResult> {
  return new Promise((resolve, reject) => {
    let isReturned = false;
    channel.once('return', () => (isReturned = true));
    channel.once('close', () => reject(new ConfirmLost('the channel was closed')));
    const options = { ...properties, userId, persistent: true, mandatory: true };
    try {
      channel.publish('', queue, body, options, (error: unknown) => {
        if (error) reject(new ConfirmLost((error as Error).message));
        else resolve(isReturned ? 'unroutable' : 'accepted');
      });
    } catch (error) {
      reject(new BrokerUnavailable('the channel was lost', { cause: error }));
    }
  });
}
