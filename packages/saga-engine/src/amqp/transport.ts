import { randomUUID } from 'node:crypto';
import {
  connect,
  type ChannelModel,
  type ConfirmChannel,
  type ConsumeMessage,
  type RecoveringChannelModel,
} from 'amqplib';
import type { SagaEngine } from '../runtime/engine.js';
import type { CommandSender, EngineLogger, OutgoingCommand } from '../runtime/ports.js';
import { correlationOf, packetOf, replyOf } from './packets.js';

export interface AmqpOptions {
  /** `amqp://user:password@host:port/vhost`. */
  readonly url: string;
  readonly logger: EngineLogger;
  /** The reply queue of each connection is `<prefix>.<uuid>` [saga.replies]. */
  readonly replyQueuePrefix?: string;
  /** Replies that the engine is given at once [200]. */
  readonly prefetch?: number;
}

/** What of an engine the replies need. */
export type RepliesTo = Pick<SagaEngine, 'onReply' | 'resendAwaited'>;

/** There is no connection: nothing was sent. */
export class BrokerUnavailable extends Error {
  readonly code = 'BROKER_AWAY';

  constructor() {
    super('there is no connection to RabbitMQ');
    this.name = 'BrokerUnavailable';
  }
}

interface Line {
  readonly channel: ConfirmChannel;
  readonly replyQueue: string;
}

const PREFETCH = 200;
const HEARTBEAT_S = 10;
const RECONNECT_MS_MAX = 5_000;
const NUMBER = 'publishing';

/**
 * Sends commands to their queues and reads the replies, over one connection to RabbitMQ.
 *
 * A command is persistent, mandatory and confirmed. It expires in its queue with its reply timeout.
 * The reply queue lasts as long as its connection. When a connection is lost, its replies are lost
 * with it: after the next one is made, every awaited command is sent again, and participants give
 * the answer they gave before.
 */
export class AmqpTransport implements CommandSender {
  private connection: RecoveringChannelModel | undefined;
  private line: Line | undefined;
  private publishings = 0;
  /** Numbers of the messages that no queue took. */
  private readonly returned = new Set<string>();

  constructor(private readonly options: AmqpOptions) {}

  /**
   * Connects, and hands replies to the engine from then on. Resolves with the first connection,
   * which is tried until it is made; rejects for an address that is no AMQP URL.
   */
  async start(engine: RepliesTo): Promise<void> {
    const { logger } = this.options;
    const recovery = {
      maxDelay: RECONNECT_MS_MAX,
      waitForConnect: false,
      setup: (model: ChannelModel) => this.open(model, engine),
    };
    const connection = await connect(urlWithHeartbeat(this.options.url), { recovery });
    this.connection = connection;
    connection.on('error', (err) => logger.warn({ err }, 'the connection to RabbitMQ failed'));
    connection.on('connect-failed', (err) => logger.warn({ err }, 'cannot connect to RabbitMQ'));
    connection.on('disconnect', (err) => {
      this.line = undefined;
      logger.warn({ err }, 'lost the connection to RabbitMQ');
    });
    let isFirst = true;
    connection.on('connect', () => {
      logger.info({ replyQueue: this.line?.replyQueue }, 'connected to RabbitMQ');
      if (!isFirst) engine.resendAwaited();
      isFirst = false;
    });
    await connection.waitForConnect();
  }

  async send(command: OutgoingCommand): Promise<'accepted' | 'unroutable'> {
    const body = Buffer.from(JSON.stringify(packetOf(command)));
    if (!this.line) throw new BrokerUnavailable();
    const { channel, replyQueue } = this.line;
    const number = String(++this.publishings);
    const properties = {
      persistent: true,
      mandatory: true,
      contentType: 'application/json',
      messageId: command.id,
      correlationId: correlationOf(command),
      replyTo: replyQueue,
      expiration: Math.ceil(command.replyTimeoutMs),
      headers: { [NUMBER]: number },
    };
    try {
      await new Promise<void>((resolve, reject) => {
        channel.sendToQueue(command.queue, body, properties, (err: Error | null) =>
          err ? reject(err) : resolve(),
        );
      });
      // RabbitMQ returns what no queue took before it confirms it.
      return this.returned.has(number) ? 'unroutable' : 'accepted';
    } finally {
      this.returned.delete(number);
    }
  }

  /** Reads no more replies and closes the connection: after the engine has stopped. */
  async close(): Promise<void> {
    this.line = undefined;
    await this.connection?.close();
  }

  private async open(model: ChannelModel, engine: RepliesTo): Promise<void> {
    const { logger, prefetch = PREFETCH, replyQueuePrefix = 'saga.replies' } = this.options;
    model.on('error', () => undefined); // Told by the connection that recovers.
    const channel = await model.createConfirmChannel();
    channel.on('error', (err) => logger.error({ err }, 'RabbitMQ closed the channel'));
    // Without its channel a connection is of no use: the next one has both.
    const replace = (): void => void model.close().catch(() => undefined);
    channel.on('close', replace);
    channel.on('return', ({ properties }) =>
      this.returned.add(String(properties.headers?.[NUMBER])),
    );
    await channel.prefetch(prefetch);
    const replyQueue = `${replyQueuePrefix}.${randomUUID()}`;
    await channel.assertQueue(replyQueue, { exclusive: true, autoDelete: true });
    await channel.consume(replyQueue, (message) => {
      if (message) void this.take(message, channel, engine);
      else replace();
    });
    this.line = { channel, replyQueue };
  }

  /** A reply is acknowledged once the engine has it in its database, or has no use for it. */
  private async take(
    message: ConsumeMessage,
    channel: ConfirmChannel,
    engine: RepliesTo,
  ): Promise<void> {
    const { logger } = this.options;
    const { correlationId } = message.properties;
    const reply = replyOf(correlationId, message.content);
    if (!reply) logger.error({ correlationId: String(correlationId) }, 'a reply cannot be read');
    try {
      if (reply) await engine.onReply(reply);
    } catch (err) {
      // What it would have changed is asked for again at its deadline.
      logger.warn({ correlationId: String(correlationId), err }, 'a reply was not taken');
    }
    try {
      channel.ack(message);
    } catch {
      // The connection is gone, and the message with its queue.
    }
  }
}

/** A broker that vanishes is noticed within two heartbeats. */
function urlWithHeartbeat(url: string): string {
  const target = new URL(url);
  if (!target.searchParams.has('heartbeat')) {
    target.searchParams.set('heartbeat', String(HEARTBEAT_S));
  }
  return target.href;
}
