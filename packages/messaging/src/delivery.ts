import type { Channel, ConsumeMessage, MessageProperties } from 'amqplib';

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
    private readonly via: Channel,
    private readonly source: DeliverySource,
  ) {}

  get body(): Buffer {
    return this.message.content;
  }

  get properties(): MessageProperties {
    return this.message.properties;
  }

  /** False once its channel is gone: the broker will deliver the message again. */
  get isOurs(): boolean {
    return this.source.channel === this.via;
  }

  /** Every delivery ends with one of these two; the second to come changes nothing. */
  ack(): void {
    if (this.settled) return;
    if (this.isOurs) {
      try {
        this.via.ack(this.message);
      } catch {
        // The channel is closing: the message comes again.
      }
    }
    this.end();
  }

  /** Leaves it unacknowledged: the broker delivers it again when the channel ends. */
  abandon(): void {
    if (!this.settled) this.end();
  }

  private end(): void {
    this.settled = true;
    this.source.finished();
  }
}
