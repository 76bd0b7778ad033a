import { randomBytes } from 'node:crypto';
import type { ChannelModel, ConfirmChannel, Options } from 'amqplib';
import { within } from '../connection/waiting.js';
import type { BrokerLink } from '../connection/broker-link.js';
import type { BrokerObserver } from '../connection/broker-observer.js';
import type { BrokerCounters } from '../connection/counters.js';
import { BrokerUnavailable, ConfirmLost } from '../connection/errors.js';
import type { BrokerLogger } from '../connection/logger.js';
import { type ChannelRole, RecoveringChannel } from '../connection/recovering-channel.js';
import { isDirectReplyTo } from '../connection/topology.js';

export type PublishResult = 'accepted' | 'unroutable';

/** The publisher sets the message id, which identifies a returned message. */
export type PublishProperties = Omit<
  Options.Publish,
  'messageId' | 'mandatory' | 'persistent' | 'userId'
>;

export interface PublisherOptions {
  link: BrokerLink;
  logger: BrokerLogger;
  counters: BrokerCounters;
  observer?: BrokerObserver;
  /** Named in every message as its user [none]. */
  userId?: string | undefined;
  /** Declares the queues to which we publish; called on every new connection. */
  declare(connection: ChannelModel): Promise<void>;
  /** The maximum number of unconfirmed messages; more are refused. */
  unconfirmedMax?: number;
  /** After this time without a confirm, it counts as lost. */
  confirmTimeoutMs?: number;
}

interface Unconfirmed {
  resolve(result: PublishResult): void;
  reject(error: Error): void;
  sentAtMs: number;
  returned: boolean;
}

const UNCONFIRMED_MAX = 5_000;
const CONFIRM_TIMEOUT_MS = 30_000;
const SWEEP_EVERY_MS = 1_000;

/**
 * Publishes to queues by name: persistent, mandatory and confirmed. It does not wait for a confirm
 * before the next message.
 */
export class Publisher implements ChannelRole<ConfirmChannel> {
  readonly name = 'publisher';
  private readonly recovering: RecoveringChannel<ConfirmChannel>;
  private readonly unconfirmed = new Map<string, Unconfirmed>();
  private readonly idPrefix = randomBytes(6).toString('base64url');
  private readonly unconfirmedMax: number;
  private readonly confirmTimeoutMs: number;
  private channel: ConfirmChannel | undefined;
  private sent = 0;
  private openWaiters: (() => void)[] = [];
  private acceptingWaiters: (() => void)[] = [];
  private emptyWaiters: (() => void)[] = [];
  private declaring: Promise<void> | undefined;
  private sweep: NodeJS.Timeout | undefined;

  constructor(private readonly options: PublisherOptions) {
    this.unconfirmedMax = options.unconfirmedMax ?? UNCONFIRMED_MAX;
    this.confirmTimeoutMs = options.confirmTimeoutMs ?? CONFIRM_TIMEOUT_MS;
    this.recovering = new RecoveringChannel(options.link, this, options.logger);
  }

  start(): void {
    this.recovering.start();
    this.options.link.onUnblocked(() => this.wakeIfAccepting());
    this.sweep = setInterval(() => this.expireConfirms(), SWEEP_EVERY_MS);
    this.sweep.unref();
  }

  /**
   * Resolves when the broker has answered: `accepted` is stored, `unroutable` means that there is
   * no such queue. Throws BrokerUnavailable when nothing was sent, and ConfirmLost when it may or
   * may not have arrived.
   */
  publish(queue: string, body: Buffer, properties: PublishProperties): Promise<PublishResult> {
    const { channel } = this;
    const refusal = this.refusal();
    if (!channel || refusal) return Promise.reject(new BrokerUnavailable(refusal ?? 'no channel'));
    return new Promise((resolve, reject) => {
      const messageId = `${this.idPrefix}${(this.sent += 1)}`;
      const message = { resolve, reject, sentAtMs: performance.now(), returned: false };
      // The spread comes last: in front it would cost microseconds (docs/performance.md).
      const options = {
        messageId,
        userId: this.options.userId,
        persistent: true,
        mandatory: !isDirectReplyTo(queue),
        ...properties,
      };
      try {
        channel.publish('', queue, body, options, (error) => {
          this.confirmed(messageId, error);
          if (isNack(error)) this.recovering.replace(channel, `${queue} refused a message on it`);
        });
      } catch (error) {
        // amqplib throws before it writes: on a channel that is closing, or for a value it cannot encode.
        const closing = (error as Error).name === 'IllegalOperationError';
        reject(closing ? new BrokerUnavailable('the channel is closing', { cause: error }) : error);
        return;
      }
      this.unconfirmed.set(messageId, message);
    });
  }

  get unconfirmedCount(): number {
    return this.unconfirmed.size;
  }

  get isOpen(): boolean {
    return this.channel !== undefined;
  }

  /** Resolves when the channel is open. */
  opened(): Promise<void> {
    if (this.channel) return Promise.resolve();
    return new Promise((resolve) => this.openWaiters.push(resolve));
  }

  /** Resolves when the next message would be sent; not during an alarm of the broker. */
  accepting(): Promise<void> {
    if (this.refusal() === undefined) return Promise.resolve();
    return new Promise((resolve) => this.acceptingWaiters.push(resolve));
  }

  private wakeIfAccepting(): void {
    if (this.acceptingWaiters.length === 0 || this.refusal() !== undefined) return;
    for (const wake of this.acceptingWaiters.splice(0)) wake();
  }

  /**
   * Declares the queues again after one was deleted. Concurrent calls share one declaration. Throws
   * BrokerUnavailable when it fails.
   */
  declareAgain(): Promise<void> {
    const connection = this.options.link.current;
    if (!connection) return Promise.resolve();
    this.declaring ??= this.declareOn(connection).finally(() => {
      this.declaring = undefined;
    });
    return this.declaring;
  }

  /** When the connection ends meanwhile, amqplib throws a plain Error, like that of a bug. */
  private async declareOn(connection: ChannelModel): Promise<void> {
    try {
      await this.options.declare(connection);
    } catch (error) {
      throw new BrokerUnavailable('the queues could not be declared again', { cause: error });
    }
  }

  /** Waits for the outstanding confirms, then closes the channel. */
  async close(timeoutMs = 5_000): Promise<void> {
    if (this.unconfirmed.size > 0) {
      const empty = new Promise<void>((resolve) => this.emptyWaiters.push(resolve));
      await within(timeoutMs, empty);
    }
    clearInterval(this.sweep);
    await this.recovering.close();
  }

  open(connection: ChannelModel): Promise<ConfirmChannel> {
    return connection.createConfirmChannel();
  }

  async use(channel: ConfirmChannel, connection: ChannelModel): Promise<void> {
    channel.on('return', (message) => {
      const returned = this.unconfirmed.get(String(message.properties.messageId));
      if (returned) returned.returned = true;
    });
    await this.options.declare(connection);
    this.channel = channel;
    for (const wake of this.openWaiters.splice(0)) wake();
    this.wakeIfAccepting();
  }

  /** amqplib calls the callbacks of the unconfirmed messages. */
  lost(channel: ConfirmChannel): void {
    if (this.channel === channel) this.channel = undefined;
  }

  /** Why the next message would be refused; undefined when it would be sent. */
  refusal(): string | undefined {
    const { link } = this.options;
    if (!this.channel) return link.why ?? 'the channel is being opened';
    if (link.blocked !== undefined) return `it blocks publishes now (${link.blocked})`;
    if (this.unconfirmed.size >= this.unconfirmedMax) {
      return `${this.unconfirmed.size} messages are waiting for their confirm`;
    }
    return undefined;
  }

  private confirmed(messageId: string, error: Error | null): void {
    const message = this.unconfirmed.get(messageId);
    if (!message) return; // it already counts as lost
    this.unconfirmed.delete(messageId);
    const { counters, observer } = this.options;
    if (observer) {
      const answer = message.returned ? 'unroutable' : 'accepted';
      observer.confirmed(error ? 'lost' : answer, performance.now() - message.sentAtMs);
    }
    if (error) {
      counters.confirmLost += 1;
      message.reject(new ConfirmLost(error.message));
    } else {
      counters.published += 1;
      if (message.returned) counters.unroutable += 1;
      message.resolve(message.returned ? 'unroutable' : 'accepted');
    }
    this.wakeIfAccepting();
    if (this.unconfirmed.size === 0) for (const wake of this.emptyWaiters.splice(0)) wake();
  }

  private expireConfirms(): void {
    const latestMs = performance.now() - this.confirmTimeoutMs;
    for (const [messageId, message] of this.unconfirmed) {
      if (message.sentAtMs > latestMs) return; // the map is in the order of sending
      this.confirmed(messageId, new Error(`none came for ${this.confirmTimeoutMs} ms`));
    }
  }
}

/**
 * A nack of the broker. A channel that used a quorum queue while its leader died may get only nacks
 * until that node is back, while a new channel finds the next leader at once (RabbitMQ 3.10).
 */
function isNack(error: Error | null): boolean {
  return error?.message === 'message nacked';
}
