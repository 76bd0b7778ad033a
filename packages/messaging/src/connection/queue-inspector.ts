import type { Channel, ChannelModel } from 'amqplib';
import type { Broker } from './broker.js';
import { BrokerAway } from './errors.js';

/** What the broker says of a queue. */
export interface QueueCount {
  /** Those that nobody has in hand: what a consumer holds unacknowledged is not among them. */
  readonly messages: number;
  /** Of whatever process. */
  readonly consumers: number;
}

const NOT_FOUND = 404;

/**
 * Looks at queues again and again, on one channel that is kept: a channel for each queue and each
 * second would be a channel opened and closed all day long.
 */
export class QueueInspector {
  private kept: { connection: ChannelModel; channel: Channel } | undefined;
  private looking: Promise<(QueueCount | undefined)[]> | undefined;

  constructor(
    private readonly broker: Pick<Broker, 'consumeLink'>,
    readonly queues: readonly string[],
  ) {}

  /**
   * The counts in the order of the queues, undefined where there is no such queue. One look at a
   * time: who comes while another one is under way gets its answer. Rejects when the broker is away.
   */
  look(): Promise<(QueueCount | undefined)[]> {
    this.looking ??= this.lookOnce().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async lookOnce(): Promise<(QueueCount | undefined)[]> {
    const { current, why } = this.broker.consumeLink;
    if (!current) throw new BrokerAway(why ?? 'there is no connection');
    const counts: (QueueCount | undefined)[] = [];
    for (const queue of this.queues) counts.push(await this.count(current, queue));
    return counts;
  }

  /** A question about a queue that is not there closes the channel; the next one opens another. */
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
    // Without a listener an error of the channel would take the whole connection down.
    channel.on('error', () => undefined);
    channel.on('close', () => this.forget(channel));
    this.kept = { connection, channel };
    return channel;
  }

  private forget(channel: Channel): void {
    if (this.kept?.channel === channel) this.kept = undefined;
  }
}
