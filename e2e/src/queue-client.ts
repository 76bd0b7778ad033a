import { randomUUID } from 'node:crypto';
import type { CommandQueue, ReplyPacket } from '@backstitch/shared-types';
import { type Channel, type ChannelModel, connect } from 'amqplib';

/** Calls commands with raw packets, as any RabbitMQ client of another language would. */
export class QueueClient {
  readonly #pending = new Map<string, (reply: ReplyPacket) => void>();

  private constructor(
    private readonly connection: ChannelModel,
    readonly channel: Channel,
    private readonly replyTo: string,
  ) {}

  static async connect(url: string): Promise<QueueClient> {
    const connection = await connect(url, { noDelay: true });
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    const client = new QueueClient(connection, channel, queue);
    await channel.consume(queue, (message) => message && client.#settle(message), { noAck: true });
    return client;
  }

  /** Sends one packet and resolves to its reply, yes or no. */
  call(queue: CommandQueue, pattern: string, data: unknown): Promise<ReplyPacket> {
    const id = randomUUID();
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      const body = Buffer.from(JSON.stringify({ pattern, data, id }));
      this.channel.sendToQueue(queue, body, {
        persistent: true,
        replyTo: this.replyTo,
        correlationId: id,
      });
    });
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  #settle(message: { content: Buffer; properties: { correlationId?: string } }): void {
    const id = message.properties.correlationId ?? '';
    this.#pending.get(id)?.(JSON.parse(message.content.toString()) as ReplyPacket);
    this.#pending.delete(id);
  }
}
