import type { Channel, ChannelModel } from 'amqplib';
import type { Broker } from './broker.js';
import { BrokerUnavailable } from './errors.js';

/** The counts of a queue. */
export interface QueueCount {
  /** Ready messages. Messages that a consumer holds unacknowledged are not included. */
  readonly messages: number;
  /** Consumers of all processes. */
  readonly consumers: number;
}

const NOT_FOUND = 404;

/**
 * Reads the counts of queues repeatedly, on one channel that stays open. A channel for each queue
 * and each second would open and close channels all the time.
 */
export class QueueInspector {
  private kept: { connection: ChannelModel; channel: Channel } | undefined;
  private reading: Promise<(QueueCount | undefined)[]> | undefined;

  constructor(
    private readonly broker: Pick<Broker, 'consumeLink'>,
    readonly queues: readonly string[],
  ) {}

  /**
   * The counts in the order of the queues; undefined where the queue does not exist. Concurrent
   * calls share one read. Rejects when the broker is unavailable.
   */
  read(): Promise<(QueueCount | undefined)[]> {
    this.reading ??= this.readOnce().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readOnce(): Promise<(QueueCount | undefined)[]> {
    const { current, why } = this.broker.consumeLink;
    if (!current) throw new BrokerUnavailable(why ?? 'there is no connection');
    const counts: (QueueCount | undefined)[] = [];
    for (const queue of this.queues) counts.push(await this.count(current, queue));
    return counts;
  }

  /** A check of a missing queue closes the channel; the next check opens another. */
  private async count(connection: ChannelModel, queue: string): Promise<QueueCount | undefined> {
    const channel = await this.channelOn(connection);
    try {
      const { messageCount, consumerCount } = await channel.checkQueue(queue);
      return { messages: messageCount, consumers: consumerCount };
    } catch (error) {
      this.forget(channel);
      if ((error as { code?: number }).code !== NOT_FOUND) throw error;
      return undefined;
    }
  }

  private async channelOn(connection: ChannelModel): Promise<Channel> {
    if (this.kept?.connection === connection) return this.kept.channel;
    const channel = await connection.createChannel();
    // Without a listener, an error of the channel would close the whole connection.
    channel.on('error', () => undefined);
    channel.on('close', () => this.forget(channel));
    this.kept = { connection, channel };
    return channel;
  }

  private forget(channel: Channel): void {
    if (this.kept?.channel === channel) this.kept = undefined;
  }
}
