import type { ConfirmChannel, GetMessage, MessageProperties, Options } from 'amqplib';
import { deadLetterQueueOf } from '@backstitch/shared-types';
import type { Broker } from '../connection/broker.js';
import { BrokerUnavailable, ConfirmLost } from '../connection/errors.js';
import { carriedProperties, propertiesBeforeDeath } from './message-headers.js';
import { answered } from '../connection/waiting.js';

/** A message of a dead-letter queue, as it lies there. */
export interface DeadLetter {
  /** The command queue it died in: its dead-letter queue says so, whatever the headers claim. */
  readonly queue: string;
  readonly body: Buffer;
  readonly properties: MessageProperties;
}

/** A dead letter that nobody else can see just now. */
export interface HeldDeadLetter extends DeadLetter {
  /**
   * Publishes what came before it died, byte for byte, to the queue it died in, and takes it out of
   * the dead letters once the broker has that: a crash between the two leaves both. Throws
   * BrokerUnavailable when nothing was published, ConfirmLost when that is not known; the letter stays.
   */
  replay(): Promise<void>;
  /** Takes it out of the dead letters. Throws ConfirmLost. */
  discard(): void;
}

export interface DeadLetterQueuesOptions {
  readonly broker: Broker;
  /** How many letters of a queue are looked at, from its head [1000]. */
  readonly lettersMax?: number;
  /** And how many bytes of them [32 MiB]. */
  readonly bytesMax?: number;
  /** How long an answer of the broker is waited for [10,000]. */
  readonly answerMs?: number;
}

interface Looked {
  readonly letters: readonly DeadLetter[];
  /** How many lie behind those. */
  readonly more: number;
}

const NOT_FOUND = 404;
/**
 * A quorum queue throws a message away that was given back twenty times, and looking is giving back:
 * one that comes near it is put in again, as new.
 */
const RETURNS_MAX = 10;
/**
 * A broker in a memory alarm answers nothing on a connection that has published, and a queue without
 * a majority confirms nothing. Whoever asked is told, and what is held goes back with the channel.
 */
const ANSWER_MS = 10_000;

/**
 * The dead-letter queues. Looking takes every message without acknowledging it, on a channel that
 * is then closed: the broker puts them back where they were. While somebody looks, nobody else
 * finds anything, so callers see to it that only one does.
 */
export class DeadLetterQueues {
  private readonly lettersMax: number;
  private readonly bytesMax: number;
  private readonly answerMs: number;

  constructor(private readonly options: DeadLetterQueuesOptions) {
    this.lettersMax = options.lettersMax ?? 1_000;
    this.bytesMax = options.bytesMax ?? 32 * 1024 * 1024;
    this.answerMs = options.answerMs ?? ANSWER_MS;
  }

  /** The letters at the head of a queue's dead-letter queue, oldest first. Throws BrokerUnavailable. */
  look(queue: string): Promise<Looked> {
    return this.onChannel(async (channel) => {
      const taken = await this.take(channel, queue);
      await this.renew(channel, queue, taken);
      return {
        letters: taken.map((message) => letterOf(queue, message)),
        more: taken.at(-1)?.fields.messageCount ?? 0,
      };
    });
  }

  /**
   * Shows the letters of a queue to `see`, one at a time from its head, and gives all of them back;
   * answers how many lie behind the last one shown. Nothing of them is kept here. Throws BrokerUnavailable.
   */
  scan(
    queue: string,
    lettersMax: number,
    see: (letter: DeadLetter) => void,
  ): Promise<{ more: number }> {
    return this.onChannel(async (channel) => {
      let more = 0;
      for (let seen = 0; seen < lettersMax; seen += 1) {
        const getting = next(channel, deadLetterQueueOf(queue));
        const message = await answered(this.answerMs, getting, away);
        if (!message) return { more: 0 };
        see(letterOf(queue, message));
        more = message.fields.messageCount;
        await this.renew(channel, queue, [message]);
      }
      return { more };
    });
  }

  /**
   * Does something with one letter, while it and its neighbours are held; these all go back. `find`
   * is given what lies there and names one of them. Undefined when it names none. Throws
   * ConfirmLost when it is not known whether the letter is gone: look again.
   */
  async handle<Result>(
    queue: string,
    find: (letters: readonly DeadLetter[]) => number,
    work: (held: HeldDeadLetter) => Promise<Result>,
  ): Promise<Result | undefined> {
    return this.onChannel(async (channel) => {
      const taken = await this.take(channel, queue);
      const at = find(taken.map((message) => letterOf(queue, message)));
      const message = taken[at];
      const held = message && this.held(channel, queue, message);
      const result = held && (await work(held));
      await this.renew(
        channel,
        queue,
        taken.filter((other) => other !== message),
      );
      return result;
    });
  }

  private held(channel: ConfirmChannel, queue: string, message: GetMessage): HeldDeadLetter {
    const { broker } = this.options;
    const send = () => {
      const original = propertiesBeforeDeath(message.properties);
      return this.publish(channel, queue, message.content, original);
    };
    return {
      ...letterOf(queue, message),
      replay: async () => {
        let result = await send();
        if (result === 'unroutable') {
          await answered(this.answerMs, broker.publisher.declareAgain(), away);
          result = await send();
        }
        if (result === 'unroutable') throw new BrokerUnavailable(`there is no queue ${queue}`);
        await broker.reached?.('orchestrator.replay-before-ack');
        acknowledge(channel, message);
      },
      discard: () => acknowledge(channel, message),
    };
  }

  private async take(channel: ConfirmChannel, queue: string): Promise<GetMessage[]> {
    const taken: GetMessage[] = [];
    let bytes = 0;
    while (taken.length < this.lettersMax && bytes < this.bytesMax) {
      const getting = next(channel, deadLetterQueueOf(queue));
      const message = await answered(this.answerMs, getting, away);
      if (!message) break;
      taken.push(message);
      bytes += message.content.length;
    }
    return taken;
  }

  private async onChannel<Result>(
    work: (channel: ConfirmChannel) => Promise<Result>,
  ): Promise<Result> {
    const channel = await this.openChannel();
    let lost: Error | undefined;
    channel.on('error', (error) => (lost = error));
    channel.on('close', () => (lost ??= new Error('the channel was closed')));
    let result: Result;
    try {
      result = await work(channel);
    } catch (error) {
      await this.close(channel).catch(() => undefined);
      throw error;
    }
    // Its answer says that the acknowledgements before it were read.
    if (!lost) return this.close(channel).then(() => result, lostAtTheEnd);
    return isNotFound(lost) ? result : lostAtTheEnd(lost);
  }

  private async openChannel(): Promise<ConfirmChannel> {
    const opening = this.options.broker.openChannel();
    try {
      return await answered(this.answerMs, opening, away);
    } catch (error) {
      opening.then((late) => late.close()).catch(() => undefined);
      throw error;
    }
  }

  /** Gives back what it holds before it is answered: a closed channel's queues hear of it later. */
  private async close(channel: ConfirmChannel): Promise<void> {
    channel.nackAll(true);
    await answered(this.answerMs, channel.close(), unknown);
  }

  private publish(
    channel: ConfirmChannel,
    queue: string,
    body: Buffer,
    properties: Options.Publish,
  ): Promise<'accepted' | 'unroutable'> {
    return answered(this.answerMs, publish(channel, queue, body, properties), unknown);
  }

  /** Puts in again what was given back so often that its queue would soon throw it away. */
  private async renew(
    channel: ConfirmChannel,
    queue: string,
    taken: readonly GetMessage[],
  ): Promise<void> {
    for (const message of taken) {
      const { headers, messageId } = message.properties;
      if (!(Number(headers?.['x-delivery-count']) >= RETURNS_MAX)) continue;
      const carried = carriedProperties(message.properties);
      const same = { ...carried, ...(typeof messageId === 'string' && { messageId }) };
      try {
        await this.publish(channel, deadLetterQueueOf(queue), message.content, same);
        channel.ack(message);
      } catch {
        return; // It goes back as it was, once more.
      }
    }
  }
}

function away(why: string): Error {
  return new BrokerUnavailable(why);
}

function unknown(why: string): Error {
  return new ConfirmLost(why);
}

async function next(channel: ConfirmChannel, queue: string): Promise<GetMessage | false> {
  try {
    return await channel.get(queue);
  } catch (error) {
    if ((error as { code?: number }).code === NOT_FOUND) return false;
    throw new BrokerUnavailable('the channel was lost', { cause: error });
  }
}

/** On a channel that is lost nothing is acknowledged: the letter is there again. */
function acknowledge(channel: ConfirmChannel, message: GetMessage): void {
  try {
    channel.ack(message);
  } catch (error) {
    lostAtTheEnd(error);
  }
}

function letterOf(queue: string, { content, properties }: GetMessage): DeadLetter {
  return { queue, body: content, properties };
}

function isNotFound(error: Error): boolean {
  return (error as { code?: number }).code === NOT_FOUND;
}

function lostAtTheEnd(error: unknown): never {
  throw new ConfirmLost(error instanceof Error ? error.message : String(error));
}

/** Confirmed by the broker, or returned. */
function publish(
  channel: ConfirmChannel,
  queue: string,
  body: Buffer,
  properties: Options.Publish,
): Promise<'accepted' | 'unroutable'> {
  return new Promise((resolve, reject) => {
    let returned = false;
    const onReturn = (): void => void (returned = true);
    channel.once('return', onReturn);
    const options = { ...properties, persistent: true, mandatory: true };
    try {
      channel.publish('', queue, body, options, (error: unknown) => {
        channel.off('return', onReturn);
        if (error) reject(new ConfirmLost((error as Error).message));
        else resolve(returned ? 'unroutable' : 'accepted');
      });
    } catch (error) {
      reject(new BrokerUnavailable('the channel was lost', { cause: error }));
    }
  });
}
