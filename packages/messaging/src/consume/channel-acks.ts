import type { Channel, Message } from 'amqplib';
import { AckRun } from './ack-run.js';

/** Sends the acknowledgements of one channel: those of one turn of the event loop together. */
export class ChannelAcks {
  private readonly run = new AckRun();
  private written: (() => void)[] = [];

  constructor(readonly channel: Channel) {}

  delivered(deliveryTag: number): void {
    this.run.delivered(deliveryTag);
  }

  /** `written` is called when it is on its way, or when its channel is gone and it never will be. */
  ack(deliveryTag: number, written: () => void): void {
    this.run.finished(deliveryTag);
    if (this.written.push(written) === 1) setImmediate(() => this.flush());
  }

  /** The broker delivers it again, to us or to another. */
  giveBack(deliveryTag: number): void {
    this.run.givenBack(deliveryTag);
    try {
      this.channel.nack({ fields: { deliveryTag } } as Message);
    } catch {
      // The channel is closing: the message comes again.
    }
  }

  private flush(): void {
    const { upTo, singles } = this.run.take();
    try {
      if (upTo !== undefined) this.send(upTo, true);
      for (const tag of singles) this.send(tag, false);
    } catch {
      // The channel is closing: the messages come again.
    }
    for (const tell of this.written.splice(0)) tell();
  }

  private send(deliveryTag: number, allUpTo: boolean): void {
    this.channel.ack({ fields: { deliveryTag } } as Message, allUpTo);
  }
}
