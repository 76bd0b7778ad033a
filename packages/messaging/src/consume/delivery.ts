import type { Channel, ConsumeMessage, MessageProperties } from 'amqplib';
import type { ChannelAcks } from './channel-acks.js';
import { pause } from '../connection/waiting.js';

/** A retry at once would probably fail too. */
const REQUEUE_AFTER_MS = 1_000;

/** The consumer of the delivery. */
export interface DeliverySource {
  /** The channel on which acknowledgements are valid now. */
  readonly channel: Channel | undefined;
  finished(): void;
}

/**
 * One message, bound to its channel. It is acknowledged there or not at all: on another channel,
 * the same delivery tag belongs to another message, which would be lost.
 */
export class Delivery {
  private settled = false;

  constructor(
    private readonly message: ConsumeMessage,
    private readonly acks: ChannelAcks,
    private readonly source: DeliverySource,
  ) {
    acks.delivered(message.fields.deliveryTag);
  }

  get body(): Buffer {
    return this.message.content;
  }

  get properties(): MessageProperties {
    return this.message.properties;
  }

  /** The message was delivered before, and was not acknowledged. */
  get isRedelivered(): boolean {
    return this.message.fields.redelivered;
  }

  /** False after its channel was closed: the broker will deliver the message again. */
  get isOurs(): boolean {
    return this.source.channel === this.acks.channel;
  }

  /** Every delivery ends with ack or abandon; the second call has no effect. */
  ack(): void {
    if (this.settled) return;
    this.settled = true;
    if (!this.isOurs) return this.source.finished();
    this.acks.ack(this.message.fields.deliveryTag, () => this.source.finished());
  }

  /**
   * Does not acknowledge: the broker delivers it again when the channel ends. If the channel stays
   * open, the delivery is returned a little later, so that it does not occupy the prefetch.
   */
  abandon(): void {
    if (this.settled) return;
    this.settled = true;
    this.source.finished();
    if (this.isOurs) void this.requeueLater();
  }

  private async requeueLater(): Promise<void> {
    await pause(REQUEUE_AFTER_MS);
    if (this.isOurs) this.acks.requeue(this.message.fields.deliveryTag);
  }
}
