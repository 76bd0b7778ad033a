import { randomUUID } from 'node:crypto';
import type { CommandQueue, ReplyPacket } from '@backstitch/shared-types';
import { type Channel, type ChannelModel, connect } from 'amqplib';

/** Calls commands with raw packets, as any RabbitMQ client of another language would. */
export class QueueClient {
  private readonly pending = new Map<string, (reply: ReplyPacket) => void>();

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
    await channel.consume(queue, (message) => message && client.settle(message), { noAck: true });
    return client;
  }

  /** Sends one packet and resolves to its reply, yes or no. */
  call(queue: CommandQueue, pattern: string, data: unknown): Promise<ReplyPacket> {
    const id = randomUUID();
    return new Promise((resolve) => {
      this.pending.set(id, resolve);
      const body = Buffer.from(JSON.stringify({ pattern, data, id }));
      this.channel.sendToQueue(queue, body, {
        persistent: true,
        replyTo: this.replyTo,
        correlationId: id,
      });
    });
  }

  /** Sends packets in one message and resolves to their replies, in the order of the packets. */
  callTogether(
    queue: CommandQueue,
    packets: readonly { pattern: string; data: unknown }[],
  ): Promise<ReplyPacket[]> {
    const batched = packets.map((packet) => ({ ...packet, id: randomUUID() }));
    const replies = batched.map(({ id }) => {
      return new Promise<ReplyPacket>((resolve) => this.pending.set(id, resolve));
    });
    const body = Buffer.from(JSON.stringify(batched));
    this.channel.sendToQueue(queue, body, { persistent: true, replyTo: this.replyTo });
    return Promise.all(replies);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private settle(message: { content: Buffer; properties: { correlationId?: string } }): void {
    const answer = JSON.parse(message.content.toString()) as ReplyPacket | ReplyPacket[];
    const { correlationId = '' } = message.properties;
    if (!Array.isArray(answer)) return this.tell(correlationId, answer);
    for (const reply of answer) this.tell(reply.id ?? '', reply);
  }

  private tell(id: string, reply: ReplyPacket): void {
    this.pending.get(id)?.(reply);
    this.pending.delete(id);
  }
}
