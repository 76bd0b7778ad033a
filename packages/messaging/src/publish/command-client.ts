import { randomUUID } from 'node:crypto';
import type { ChannelModel } from 'amqplib';
import {
  type CommandPacket,
  Fault,
  type ReplyPacket,
  type SagaTag,
} from '@backstitch/shared-types';
import type { Broker } from '../connection/broker.js';
import { Consumer, type ConsumerStatus } from '../consume/consumer.js';
import { declareQueues, queueExists } from '../connection/declare-queues.js';
import type { Delivery } from '../consume/delivery.js';
import { BrokerUnavailable } from '../connection/errors.js';
import { elementsOf } from '../batch/batch.js';
import { LogRateLimit } from '../consume/log-rate-limit.js';
import { encodePacket, readReply } from '../batch/packet.js';
import { ConcurrencyLimiter } from '../consume/concurrency-limiter.js';
import type { PublishResult } from './publisher.js';
import { isShortString } from './short-string.js';
import { replyQueueDeclaration } from '../connection/topology.js';

export interface CommandClientOptions {
  broker: Broker;
  /** The reply queue is `<prefix>.<uuid>`, a new one for every client. */
  replyQueuePrefix: string;
  /**
   * Called with each reply to a command of send(). The reply is acknowledged when the promise
   * settles; a rejection is logged, not retried.
   */
  onReply(correlationId: string, packet: ReplyPacket): Promise<void>;
  /** Replies to the old queue are lost: send all awaited commands again. */
  onReplyQueueReplaced(): void;
  /** Replies handled at once [200], single or in batches. */
  prefetch?: number;
  /** The broker removes the reply queue when it has had no consumer for this time. */
  replyQueueExpiresMs?: number;
}

interface PendingRequest {
  resolve(packet: ReplyPacket): void;
}

const PREFETCH = 200;
const DELIVERIES_MAX = 64;
const EXPIRES_MS = 30 * 60_000;
const REQUEST_PREFIX = 'request.';

/**
 * Sends commands and receives their replies in its own reply queue, which outlives its connection.
 */
export class CommandClient {
  private readonly consumer: Consumer;
  private readonly limiter: ConcurrencyLimiter;
  private replyQueue: string | undefined;
  private readonly pendingRequests = new Map<string, PendingRequest>();
  private readonly unreadableLines = new LogRateLimit();

  constructor(private readonly options: CommandClientOptions) {
    const { broker, replyQueuePrefix, prefetch = PREFETCH } = options;
    this.limiter = new ConcurrencyLimiter(prefetch);
    this.consumer = new Consumer({
      name: `${replyQueuePrefix} replies`,
      link: broker.consumeLink,
      logger: broker.logger,
      prefetch: Math.min(prefetch, DELIVERIES_MAX),
      queue: (connection) => this.prepareReplyQueue(connection),
      onDelivery: (delivery) => void this.receive(delivery),
    });
  }

  /** Attaches in the background and returns at once. */
  start(): void {
    this.consumer.start();
  }

  consumerStatus(): ConsumerStatus {
    return this.consumer.status();
  }

  /**
   * Sends a command whose reply comes to onReply. Commands that wait for the same queue share a
   * message. With `expiresAfterMs` (an integer), the broker drops the command when it is not read
   * within this time. Throws BrokerUnavailable when nothing was sent, also while there is no reply
   * queue yet. Throws ConfirmLost when it may have been sent.
   */
  async send(
    queue: string,
    packet: Omit<CommandPacket, 'id'>,
    correlationId: string,
    expiresAfterMs?: number,
  ): Promise<PublishResult> {
    const body = encodePacket({ id: correlationId, ...packet });
    const replyTo = this.currentReplyQueue();
    const { batches } = this.options.broker;
    return batches.publish({
      queue,
      replyTo,
      body,
      correlationId,
      expiresAfterMs,
      mayBePlain: true,
    });
  }

  private currentReplyQueue(): string {
    if (this.replyQueue === undefined) throw new BrokerUnavailable('there is no reply queue yet');
    return this.replyQueue;
  }

  /**
   * Sends a query and waits for its answer. Everything else is thrown as a Fault, also a rejection.
   * After the timeout the query is not served any more: the broker drops it. With a saga it may be a
   * command that changes data; whoever sends it must be able to send it again.
   */
  async request<R>(
    queue: string,
    pattern: string,
    data: unknown,
    timeoutMs: number,
    saga?: SagaTag,
  ): Promise<R> {
    const correlationId = `${REQUEST_PREFIX}${randomUUID()}`;
    let timer: NodeJS.Timeout | undefined;
    const reply = new Promise<ReplyPacket>((resolve, reject) => {
      this.pendingRequests.set(correlationId, { resolve });
      const giveUp = () =>
        reject(new Fault('UNAVAILABLE', `${pattern}: no answer within ${timeoutMs} ms`, true));
      timer = setTimeout(giveUp, timeoutMs);
    });
    reply.catch(() => undefined); // it may time out while the send is still waiting
    try {
      const body = encodePacket({ pattern, data, id: correlationId, ...(saga && { saga }) });
      // A query has its own expiry, so it shares no message.
      const publishing = this.options.broker.publisher.publish(queue, body, {
        contentType: 'application/json',
        replyTo: this.currentReplyQueue(),
        correlationId,
        expiration: timeoutMs,
      });
      const sent = await Promise.race([publishing, reply]);
      if (sent === 'unroutable') throw new Fault('UNAVAILABLE', `there is no queue ${queue}`, true);
      const packet = await reply;
      if ('response' in packet) return packet.response as R;
      const { code, message, retryable, details } = packet.err;
      throw new Fault(code, message, retryable, details);
    } finally {
      clearTimeout(timer);
      this.pendingRequests.delete(correlationId);
    }
  }

  /** Takes no more replies, and waits for the running ones. The queue stays and expires later. */
  async close(timeoutMs = 10_000): Promise<void> {
    await this.consumer.drain(timeoutMs);
  }

  /** The current queue if the broker still has it; otherwise a new one with a new name. */
  private async prepareReplyQueue(connection: ChannelModel): Promise<string> {
    const before = this.replyQueue;
    if (before !== undefined && (await queueExists(connection, before))) return before;
    // Never the old name: a reply to the old queue could not be distinguished from a later one.
    const { broker, replyQueuePrefix, replyQueueExpiresMs } = this.options;
    const name = `${replyQueuePrefix}.${randomUUID()}`;
    const declaration = replyQueueDeclaration(name, replyQueueExpiresMs ?? EXPIRES_MS);
    await declareQueues(connection, [declaration], broker.logger);
    this.replyQueue = name;
    if (before !== undefined) {
      broker.logger.warn({ before, now: name }, 'reply queue was lost; replaced');
      this.options.onReplyQueueReplaced();
    }
    return name;
  }

  private async receive(delivery: Delivery): Promise<void> {
    const { body, properties } = delivery;
    // A single reply has no size limit, so a batch of replies has none either.
    const replies = elementsOf(body, Infinity)?.map(readReply) ?? [];
    if (replies.length === 0) await this.take(readReply(body), properties.correlationId);
    else await Promise.all(replies.map((packet) => this.take(packet, packet?.id)));
    delivery.ack();
  }

  /** An unreadable reply is dropped; other replies of its batch are handled. */
  private async take(packet: ReplyPacket | undefined, correlationId: unknown): Promise<void> {
    const { counters } = this.options.broker;
    if (!packet || !isShortString(correlationId)) {
      counters.repliesUnreadable += 1;
      this.unreadableLines.spend((also) => this.logUnreadable(correlationId, also));
    } else if (correlationId.startsWith(REQUEST_PREFIX)) {
      const pending = this.pendingRequests.get(correlationId);
      if (pending) pending.resolve(packet);
      else counters.repliesLate += 1;
    } else {
      await this.limiter.pass(() => this.deliver(correlationId, packet));
    }
  }

  /** In a batch, the id has no size limit. Only the type of an invalid id is logged. */
  private logUnreadable(id: unknown, also: object): void {
    const correlationId = isShortString(id) ? id : `(${typeof id})`;
    this.options.broker.logger.error({ correlationId, ...also }, 'reply cannot be read; dropped');
  }

  private async deliver(correlationId: string, packet: ReplyPacket): Promise<void> {
    try {
      await this.options.onReply(correlationId, packet);
    } catch (error) {
      // Nothing is lost: the command is sent again at its deadline.
      const { counters, logger } = this.options.broker;
      counters.repliesFailed += 1;
      logger.error({ correlationId, err: error }, 'the reply could not be handled');
    }
  }
}
