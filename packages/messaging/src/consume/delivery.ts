import type { Channel, ConsumeMessage, MessageProperties } from 'amqplib';
import type { ChannelAcks } from './channel-acks.js';
import { pause } from '../connection/waiting.js';

/** What could not be settled once will hardly be so at once. */
const GIVEN_BACK_AFTER_MS = 1_000;

/** Whoever handed out the delivery. */
export interface DeliverySource {
  /** The channel that acknowledgements may go to just now. */
  readonly channel: Channel | undefined;
  finished(): void;
}

/**
 * One message, bound to the channel it came by. It is acknowledged there or not at all: on another
 * channel the same number is somebody else's message, which would be lost.
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

  /** It was handed out before, and whoever had it did not come to its end. */
  get isRedelivered(): boolean {
    return this.message.fields.redelivered;
  }

  /** False once its channel is gone: the broker will deliver the message again. */
  get isOurs(): boolean {
    return this.source.channel === this.acks.channel;
  }

  /** Every delivery ends with one of these two; the second to come changes nothing. */
  ack(): void {
    if (this.settled) return;
    this.settled = true;
    if (!this.isOurs) return this.source.finished();
    this.acks.ack(this.message.fields.deliveryTag, () => this.source.finished());
  }

  /**
   * Leaves it unacknowledged: the broker delivers it again when the channel ends. If that lives on it
   * is given back a little later, or it would occupy a place of the prefetch for good.
   */
  abandon(): void {
    if (this.settled) return;
    this.settled = true;
    this.source.finished();
    if (this.isOurs) void this.giveBackLater();
  }

  private async giveBackLater(): Promise<void> {
    await pause(GIVEN_BACK_AFTER_MS);
    if (this.isOurs) this.acks.giveBack(this.message.fields.deliveryTag);
  }
}
