import { randomBytes } from 'node:crypto';
import type { ConfirmChannel } from 'amqplib';
import type { Broker } from '../connection/broker.js';
import { BrokerUnavailable, ConfirmLost } from '../connection/errors.js';
import { durableQueueOptions } from '../connection/topology.js';
import { answered } from '../connection/waiting.js';
import type { PublishResult } from './publisher.js';

export interface EventPublisherOptions {
  /** A durable topic exchange. */
  exchange: string;
  /** Durable queues that get every event; declared here, unless a deployment declares all [none]. */
  queues?: readonly string[];
  /** For one confirm [10 000]. */
  confirmTimeoutMs?: number;
}

/** One message with one or several events of a routing key. */
export interface EventMessage {
  routingKey: string;
  body: Buffer;
  contentType: string;
}

const CONFIRM_TIMEOUT_MS = 10_000;

/**
 * Publishes events to a topic exchange: persistent and confirmed. It opens its channel when it is needed,
 * on the connection of the broker, and another one when the channel was closed.
 */
export class EventPublisher {
  private channel: ConfirmChannel | undefined;
  private readonly returned = new Set<string>();
  /** Of the messages that are not confirmed: called when their channel is closed. */
  private readonly unconfirmed = new Map<ConfirmChannel, Set<() => void>>();
  private readonly idPrefix = randomBytes(6).toString('base64url');
  private sent = 0;

  constructor(
    private readonly broker: Broker,
    private readonly options: EventPublisherOptions,
  ) {}

  /** False while the broker is away, or takes no messages. */
  get isAvailable(): boolean {
    return this.broker.status().publish === 'up';
  }

  /**
   * Resolves when the broker has confirmed all messages, to one result for each: `unroutable` means that
   * no queue is bound for it. Throws BrokerUnavailable when nothing was sent, and ConfirmLost when some
   * may have arrived.
   */
  async publish(messages: readonly EventMessage[]): Promise<PublishResult[]> {
    const channel = await this.openChannel();
    const confirms = messages.map((message) => this.publishOne(channel, message));
    const { confirmTimeoutMs = CONFIRM_TIMEOUT_MS } = this.options;
    try {
      const late = (why: string) => new ConfirmLost(why);
      return await answered(confirmTimeoutMs, Promise.all(confirms), late);
    } catch (error) {
      this.leave(channel);
      throw error;
    }
  }

  /** The next message declares the exchange and the queues again. */
  declareAgain(): void {
    if (this.channel) this.leave(this.channel);
  }

  private async openChannel(): Promise<ConfirmChannel> {
    if (this.channel) return this.channel;
    const channel = await this.broker.openChannel();
    // Without a listener, an error of the channel would close the whole connection.
    channel.on('error', () => undefined);
    channel.on('close', () => {
      this.forget(channel);
      for (const lost of this.unconfirmed.get(channel) ?? []) lost();
      this.unconfirmed.delete(channel);
    });
    this.unconfirmed.set(channel, new Set());
    channel.on('return', ({ properties }) => this.returned.add(String(properties.messageId)));
    try {
      await this.declare(channel);
    } catch (error) {
      this.leave(channel);
      throw new BrokerUnavailable(`the exchange ${this.options.exchange} cannot be used`, {
        cause: error,
      });
    }
    this.channel = channel;
    return channel;
  }

  private async declare(channel: ConfirmChannel): Promise<void> {
    const { exchange, queues = [] } = this.options;
    if (this.broker.queueSetup === 'check') {
      await channel.checkExchange(exchange);
      return;
    }
    await channel.assertExchange(exchange, 'topic', { durable: true });
    for (const queue of queues) {
      await channel.assertQueue(queue, durableQueueOptions(this.broker.queueType));
      await channel.bindQueue(queue, exchange, '#');
    }
  }

  private publishOne(
    channel: ConfirmChannel,
    { routingKey, body, contentType }: EventMessage,
  ): Promise<PublishResult> {
    const messageId = `${this.idPrefix}${(this.sent += 1)}`;
    const { userId } = this.broker;
    const options = { messageId, contentType, userId, persistent: true, mandatory: true };
    return new Promise((resolve, reject) => {
      const waiting = this.unconfirmed.get(channel);
      const lost = () => reject(new ConfirmLost('the channel was closed'));
      waiting?.add(lost);
      const done = (error: unknown) => {
        waiting?.delete(lost);
        // The broker returns a message before it confirms it.
        const isReturned = this.returned.delete(messageId);
        if (error) reject(new ConfirmLost((error as Error).message));
        else resolve(isReturned ? 'unroutable' : 'accepted');
      };
      try {
        channel.publish(this.options.exchange, routingKey, body, options, done);
      } catch (error) {
        waiting?.delete(lost);
        reject(new BrokerUnavailable('the channel was lost', { cause: error }));
      }
    });
  }

  private leave(channel: ConfirmChannel): void {
    this.forget(channel);
    channel.close().catch(() => undefined);
  }

  private forget(channel: ConfirmChannel): void {
    if (this.channel !== channel) return;
    this.channel = undefined;
    this.returned.clear();
  }
}
