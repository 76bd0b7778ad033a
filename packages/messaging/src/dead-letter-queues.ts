import type { ConfirmChannel, GetMessage, MessageProperties, Options } from 'amqplib';
import { deadLetterQueueOf } from '@backstitch/shared-types';
import type { Broker } from './broker.js';
import { BrokerAway, ConfirmLost } from './errors.js';
import { carriedProperties, propertiesBeforeDeath } from './message-headers.js';

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
   * BrokerAway when nothing was published, ConfirmLost when that is not known; the letter stays.
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
 * The dead-letter queues. Looking takes every message without acknowledging it, on a channel that
 * is then closed: the broker puts them back where they were. While somebody looks, nobody else
 * finds anything, so callers see to it that only one does.
 */
export class DeadLetterQueues {
  private readonly lettersMax: number;
  private readonly bytesMax: number;

  constructor(private readonly options: DeadLetterQueuesOptions) {
    this.lettersMax = options.lettersMax ?? 1_000;
    this.bytesMax = options.bytesMax ?? 32 * 1024 * 1024;
  }

  /** The letters at the head of a queue's dead-letter queue, oldest first. Throws BrokerAway. */
  look(queue: string): Promise<Looked> {
    return this.onChannel(async (channel) => {
      const taken = await this.take(channel, queue);
      await renew(channel, queue, taken);
      return {
        letters: taken.map((message) => letterOf(queue, message)),
        more: taken.at(-1)?.fields.messageCount ?? 0,
      };
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
      await renew(
        channel,
        queue,
        taken.filter((other) => other !== message),
      );
      return result;
    });
  }

  private held(channel: ConfirmChannel, queue: string, message: GetMessage): HeldDeadLetter {
    const { broker } = this.options;
    return {
      ...letterOf(queue, message),
      async replay() {
        const original = propertiesBeforeDeath(message.properties);
        let result = await publish(channel, queue, message.content, original);
        if (result === 'unroutable') {
          await broker.publisher.declareAgain();
          result = await publish(channel, queue, message.content, original);
        }
        if (result === 'unroutable') throw new BrokerAway(`there is no queue ${queue}`);
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
      const message = await next(channel, deadLetterQueueOf(queue));
      if (!message) break;
      taken.push(message);
      bytes += message.content.length;
    }
    return taken;
  }

  private async onChannel<Result>(
    work: (channel: ConfirmChannel) => Promise<Result>,
  ): Promise<Result> {
    const channel = await this.options.broker.openChannel();
    let lost: Error | undefined;
    channel.on('error', (error) => (lost = error));
    channel.on('close', () => (lost ??= new Error('the channel was closed')));
    let result: Result;
    try {
      result = await work(channel);
    } catch (error) {
      await channel.close().catch(() => undefined);
      throw error;
    }
    // Its answer says that the acknowledgements before it were read.
    if (!lost) return channel.close().then(() => result, lostAtTheEnd);
    return isNotFound(lost) ? result : lostAtTheEnd(lost);
  }
}

async function next(channel: ConfirmChannel, queue: string): Promise<GetMessage | false> {
  try {
    return await channel.get(queue);
  } catch (error) {
    if ((error as { code?: number }).code === NOT_FOUND) return false;
    throw new BrokerAway('the channel was lost', { cause: error });
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

/** Puts in again what was given back so often that its queue would soon throw it away. */
async function renew(
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
      await publish(channel, deadLetterQueueOf(queue), message.content, same);
      channel.ack(message);
    } catch {
      return; // It goes back as it was, once more.
    }
  }
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
      reject(new BrokerAway('the channel was lost', { cause: error }));
    }
  });
}
