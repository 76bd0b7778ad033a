import type { Channel, ChannelModel } from 'amqplib';
import { backoffMs, pause, within } from '../connection/waiting.js';
import type { BrokerLink } from '../connection/broker-link.js';
import { ChannelAcks } from './channel-acks.js';
import { Delivery } from './delivery.js';
import type { BrokerLogger } from '../connection/logger.js';
import { type ChannelRole, RecoveringChannel } from '../connection/recovering-channel.js';

export interface ConsumerOptions {
  name: string;
  link: BrokerLink;
  logger: BrokerLogger;
  /** Unacknowledged deliveries at once, single commands or batches. */
  prefetch: number;
  /** Declares the queue and returns its name; called before every attach. */
  queue(connection: ChannelModel): Promise<string>;
  /** Must end every delivery by ack or abandon, and never throws. */
  onDelivery(delivery: Delivery): void;
}

/** `attached`: the broker knows us as a consumer of the queue at this moment. */
export interface ConsumerStatus {
  state: 'attached' | 'detached' | 'paused' | 'closed';
  why?: string;
  inFlight: number;
}

const AFTER_CANCEL_MS = 100;

/**
 * A consumer that attaches again: after a lost connection or channel, and when its queue was
 * deleted.
 */
export class Consumer implements ChannelRole<Channel> {
  readonly name: string;
  channel: Channel | undefined;
  private acks: ChannelAcks | undefined;
  private connection: ChannelModel | undefined;
  private readonly recovering: RecoveringChannel<Channel>;
  private tag: string | undefined;
  private wanted: 'attached' | 'paused' | 'closed' = 'attached';
  private why: string | undefined = 'not attached yet';
  private reconciling = false;
  private inFlight = 0;
  private idleWaiters: (() => void)[] = [];

  constructor(private readonly options: ConsumerOptions) {
    this.name = options.name;
    this.recovering = new RecoveringChannel(options.link, this, options.logger);
  }

  start(): void {
    this.recovering.start();
  }

  status(): ConsumerStatus {
    const { inFlight } = this;
    if (this.wanted === 'attached') {
      if (this.tag !== undefined) return { state: 'attached', inFlight };
      return { state: 'detached', why: this.options.link.why ?? this.why ?? 'unknown', inFlight };
    }
    return { state: this.wanted, ...(this.why ? { why: this.why } : {}), inFlight };
  }

  /** No new deliveries until resume(). Running ones are finished. */
  pause(why: string): void {
    if (this.wanted !== 'attached') return;
    this.wanted = 'paused';
    this.why = why;
    void this.reconcile();
  }

  resume(): void {
    if (this.wanted !== 'paused') return;
    this.wanted = 'attached';
    void this.reconcile();
  }

  /** Takes no more deliveries, waits for the running ones, and closes the channel. */
  async drain(timeoutMs: number): Promise<void> {
    this.wanted = 'closed';
    this.why = undefined;
    // Cancel first, then wait: deliveries that were sent before the cancel also have to end.
    await within(timeoutMs, this.reconcile());
    await within(timeoutMs, this.idle());
    // A broker that is silent answers this neither.
    await within(timeoutMs, this.recovering.close());
  }

  private idle(): Promise<void> {
    if (this.inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  finished(): void {
    this.inFlight -= 1;
    if (this.inFlight === 0) for (const wake of this.idleWaiters.splice(0)) wake();
  }

  open(connection: ChannelModel): Promise<Channel> {
    return connection.createChannel();
  }

  async use(channel: Channel, connection: ChannelModel): Promise<void> {
    await channel.prefetch(this.options.prefetch);
    this.channel = channel;
    this.acks = new ChannelAcks(channel);
    this.connection = connection;
    void this.reconcile();
  }

  lost(channel: Channel, why: string): void {
    if (this.channel !== channel) return;
    this.channel = undefined;
    this.tag = undefined;
    if (this.wanted === 'attached') this.why = why;
  }

  /** Makes the actual state the wanted state, one step at a time. */
  private async reconcile(): Promise<void> {
    if (this.reconciling) return;
    this.reconciling = true;
    let failures = 0;
    while (this.channel && (this.wanted === 'attached') !== (this.tag !== undefined)) {
      try {
        if (this.wanted === 'attached') await this.attach(this.acks!, this.connection!);
        else await this.detach(this.channel);
        failures = 0;
      } catch (error) {
        failures += 1;
        if (this.wanted === 'attached') this.why = (error as Error).message;
        const fields = { consumer: this.name, why: this.why };
        this.options.logger.warn(fields, 'cannot attach the consumer; trying again');
        await pause(backoffMs(failures));
      }
    }
    this.reconciling = false;
  }

  private async attach(acks: ChannelAcks, connection: ChannelModel): Promise<void> {
    const { channel } = acks;
    const queue = await this.options.queue(connection);
    let cancelled = false;
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message === null) {
        cancelled = true;
        void this.cancelledByBroker(channel, queue);
        return;
      }
      this.inFlight += 1;
      this.options.onDelivery(new Delivery(message, acks, this));
    });
    if (this.channel !== channel) return;
    if (cancelled) throw new Error('the broker cancelled the consumer at once');
    this.tag = consumerTag;
    this.why = undefined;
    this.options.logger.info({ consumer: this.name, queue }, 'consumer attached');
  }

  private async detach(channel: Channel): Promise<void> {
    const { tag } = this;
    if (tag === undefined) return;
    await channel.cancel(tag);
    if (this.tag === tag) this.tag = undefined;
  }

  /** Without this, a consumer whose queue was deleted looks attached and receives nothing. */
  private async cancelledByBroker(channel: Channel, queue: string): Promise<void> {
    if (this.channel !== channel) return;
    this.tag = undefined;
    this.why = 'the broker cancelled the consumer';
    this.options.logger.warn({ consumer: this.name, queue }, 'consumer cancelled by the broker');
    await pause(AFTER_CANCEL_MS);
    await this.reconcile();
  }
}
