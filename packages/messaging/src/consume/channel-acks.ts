import type { Channel, Message } from 'amqplib';
import { AckRun } from './ack-run.js';

/** Sends the acknowledgements of one channel. Those of one turn of the event loop are combined. */
export class ChannelAcks {
  private readonly run = new AckRun();
  private written: (() => void)[] = [];

  constructor(readonly channel: Channel) {}

  delivered(deliveryTag: number): void {
    this.run.delivered(deliveryTag);
  }

  /**
   * `written` is called when the acknowledgement was written, or when its channel is closed and it
   * never will be.
   */
  ack(deliveryTag: number, written: () => void): void {
    this.run.finished(deliveryTag);
    if (this.written.push(written) === 1) setImmediate(() => this.flush());
  }

  /** Returns the delivery to the broker, which delivers it again to any consumer. */
  requeue(deliveryTag: number): void {
    this.run.requeued(deliveryTag);
    try {
      this.channel.nack({ fields: { deliveryTag } } as Message);
    } catch {
      // The channel is closing: the broker delivers the message again.
    }
  }

  private flush(): void {
    const { upTo, singles } = this.run.take();
    try {
      if (upTo !== undefined) this.send(upTo, true);
      for (const tag of singles) this.send(tag, false);
    } catch {
      // The channel is closing: the broker delivers the messages again.
    }
    for (const done of this.written.splice(0)) done();
  }

  private send(deliveryTag: number, allUpTo: boolean): void {
    this.channel.ack({ fields: { deliveryTag } } as Message, allUpTo);
  }
}
