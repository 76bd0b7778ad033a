import { randomUUID } from 'node:crypto';
import { waitFor } from '@backstitch/launcher';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';

/** A reply as it came. */
export interface QueueReply {
  id?: string;
  response?: unknown;
  err?: unknown;
}

/** A limit for what hangs. */
const REPLY_WITHIN_MS = 100_000;

/** Calls commands with raw packets, as any RabbitMQ client of another language would. */
export class QueueClient {
  private readonly replies = new Map<string, QueueReply>();

  private constructor(
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
    private readonly replyTo: string,
  ) {}

  static async connect(url: string): Promise<QueueClient> {
    const connection = await connect(url, { noDelay: true });
    const channel = await connection.createConfirmChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    const client = new QueueClient(connection, channel, queue);
    await channel.consume(queue, (message) => message && client.keep(message), { noAck: true });
    return client;
  }

  /** Sends one packet, a saga's if one is given, and resolves to its reply, yes or no. */
  async call(queue: string, pattern: string, data: unknown, saga?: object): Promise<QueueReply> {
    const id = randomUUID();
    await this.send(queue, { pattern, data, id, ...(saga && { saga }) }, id);
    return this.awaitReply(id, pattern);
  }

  /** Sends packets in one message and resolves to their replies, in the order of the packets. */
  async callTogether(
    queue: string,
    packets: readonly { pattern: string; data: unknown }[],
  ): Promise<QueueReply[]> {
    const batched = packets.map((packet) => ({ ...packet, id: randomUUID() }));
    await this.send(queue, batched);
    return Promise.all(batched.map(({ id, pattern }) => this.awaitReply(id, pattern)));
  }

  /** Throws away what lies in a queue, and tells how many messages that were. */
  async purge(queue: string): Promise<number> {
    return (await this.channel.purgeQueue(queue)).messageCount;
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private async send(queue: string, body: object, correlationId?: string): Promise<void> {
    const properties = { persistent: true, mandatory: true, replyTo: this.replyTo, correlationId };
    this.channel.sendToQueue(queue, Buffer.from(JSON.stringify(body)), properties);
    await this.channel.waitForConfirms();
  }

  private awaitReply(id: string, pattern: string): Promise<QueueReply> {
    const options = { timeoutMs: REPLY_WITHIN_MS };
    return waitFor(`the reply to ${pattern}`, () => this.replies.get(id), options);
  }

  private keep(message: { content: Buffer; properties: { correlationId?: string } }): void {
    const answer = JSON.parse(message.content.toString()) as QueueReply | QueueReply[];
    // Of a batch each reply has an id of its own.
    if (Array.isArray(answer)) for (const reply of answer) this.replies.set(reply.id ?? '', reply);
    else this.replies.set(message.properties.correlationId ?? '', answer);
  }
}
