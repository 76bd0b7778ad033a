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

/** The two methods of an engine that the transport calls. */
export type RepliesTo = Pick<SagaEngine, 'onReply' | 'resendAwaited'>;

/**
 * RabbitMQ did not confirm a command. Without a connection nothing was sent; with a `cause` the
 * connection was lost before the confirm arrived, and the command may be in its queue or not.
 */
export class BrokerUnavailable extends Error {
  readonly code = 'BROKER_AWAY';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BrokerUnavailable';
  }
}

interface OpenChannel {
  readonly model: ChannelModel;
  readonly channel: ConfirmChannel;
  readonly replyQueue: string;
}

const PREFETCH = 200;
const HEARTBEAT_S = 10;
const RECONNECT_MS_MAX = 5_000;
/** The header by which a returned message is found among those sent. */
const NUMBER_HEADER = 'publishing';

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
  private open: OpenChannel | undefined;
  private lastNumber = 0;
  /** Numbers of the messages that RabbitMQ returned, because they have no queue. */
  private readonly returned = new Set<string>();

  constructor(private readonly options: AmqpOptions) {}

  /**
   * Connects, and hands replies to the engine from then on. Tries until the first connection is made,
   * and then resolves. Rejects when the address is not an AMQP URL. Call it once.
   */
  async start(engine: RepliesTo): Promise<void> {
    const { logger } = this.options;
    const recovery = {
      maxDelay: RECONNECT_MS_MAX,
      waitForConnect: false,
      setup: (model: ChannelModel) => this.openChannel(model, engine),
    };
    const connection = await connect(urlWithHeartbeat(this.options.url), { recovery });
    this.connection = connection;
    connection.on('error', (err) => logger.warn({ err }, 'the connection to RabbitMQ failed'));
    connection.on('connect-failed', (err) => logger.warn({ err }, 'cannot connect to RabbitMQ'));
    connection.on('disconnect', (err) => {
      this.open = undefined;
      logger.warn({ err }, 'lost the connection to RabbitMQ');
    });
    let isFirst = true;
    connection.on('connect', () => {
      logger.info({ replyQueue: this.open?.replyQueue }, 'connected to RabbitMQ');
      if (!isFirst) engine.resendAwaited();
      isFirst = false;
    });
    await connection.waitForConnect();
  }

  /**
   * Resolves when RabbitMQ confirms the command: `accepted` when it is in its queue, `unroutable`
   * when there is no such queue. Rejects with BrokerUnavailable when there is no connection, and
   * when the connection is lost before the confirm; with the error of JSON when `data` is not JSON.
   */
  async send(command: OutgoingCommand): Promise<'accepted' | 'unroutable'> {
    const body = Buffer.from(JSON.stringify(packetOf(command)));
    if (!this.open) throw new BrokerUnavailable('there is no connection to RabbitMQ');
    const { channel, replyQueue } = this.open;
    const number = String(++this.lastNumber);
    const properties = {
      persistent: true,
      mandatory: true,
      contentType: 'application/json',
      messageId: command.id,
      correlationId: correlationOf(command),
      replyTo: replyQueue,
      expiration: Math.ceil(command.replyTimeoutMs),
      headers: { [NUMBER_HEADER]: number },
    };
    try {
      await new Promise<void>((resolve, reject) => {
        channel.sendToQueue(command.queue, body, properties, (err: Error | null) =>
          err ? reject(err) : resolve(),
        );
      });
      // RabbitMQ returns an unroutable message before it confirms it.
      return this.returned.has(number) ? 'unroutable' : 'accepted';
    } catch (error) {
      throw new BrokerUnavailable('RabbitMQ did not confirm the command', { cause: error });
    } finally {
      this.returned.delete(number);
    }
  }

  /**
   * Closes the connection; call it after the engine has stopped. A command whose confirm is awaited
   * is rejected with BrokerUnavailable, and so is every later one. Does nothing before `start`.
   */
  async close(): Promise<void> {
    const { connection, open } = this;
    this.open = undefined;
    // A connection that is lost while it closes never answers close(); it only emits the event.
    const lost = open && new Promise<void>((resolve) => open.model.once('close', resolve));
    const closed = Promise.resolve(connection?.close());
    await (lost ? Promise.race([closed, lost]) : closed);
  }

  private async openChannel(model: ChannelModel, engine: RepliesTo): Promise<void> {
    const { logger, prefetch = PREFETCH, replyQueuePrefix = 'saga.replies' } = this.options;
    model.on('error', () => undefined); // The recovering connection reports it.
    const channel = await model.createConfirmChannel();
    channel.on('error', (err) => logger.error({ err }, 'RabbitMQ closed the channel'));
    // Without its channel a connection is of no use: the next one has both.
    const replace = (): void => void model.close().catch(() => undefined);
    channel.on('close', replace);
    channel.on('return', ({ properties }) =>
      this.returned.add(String(properties.headers?.[NUMBER_HEADER])),
    );
    await channel.prefetch(prefetch);
    const replyQueue = `${replyQueuePrefix}.${randomUUID()}`;
    await channel.assertQueue(replyQueue, { exclusive: true, autoDelete: true });
    await channel.consume(replyQueue, (message) => {
      if (message) void this.process(message, channel, engine);
      else replace();
    });
    this.open = { model, channel, replyQueue };
  }

  /** A reply is acknowledged once the engine has committed what follows from it, or ignores it. */
  private async process(
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
      // The command is sent again at its deadline, and the participant repeats its reply.
      logger.warn({ correlationId: String(correlationId), err }, 'a reply was not processed');
    }
    try {
      channel.ack(message);
    } catch {
      // The connection is gone, and the message with its queue.
    }
  }
}

/** A connection whose broker does not answer is closed within two heartbeats. */
function urlWithHeartbeat(url: string): string {
  const target = new URL(url);
  if (!target.searchParams.has('heartbeat')) {
    target.searchParams.set('heartbeat', String(HEARTBEAT_S));
  }
  return target.href;
}
