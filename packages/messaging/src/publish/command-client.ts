import { randomUUID } from 'node:crypto';
import type { ChannelModel } from 'amqplib';
import { type CommandPacket, Fault, type ReplyPacket } from '@backstitch/shared-types';
import type { Broker } from '../connection/broker.js';
import { Consumer, type ConsumerStatus } from '../consume/consumer.js';
import { declareQueues, queueExists } from '../connection/declare-queues.js';
import type { Delivery } from '../consume/delivery.js';
import { BrokerAway } from '../connection/errors.js';
import { elementsOf } from '../batch/batch.js';
import { LineBudget } from '../consume/line-budget.js';
import { encodePacket, readReply } from '../batch/packet.js';
import { ConcurrencyLimiter } from '../consume/concurrency-limiter.js';
import type { PublishResult } from './publisher.js';
import { isShortString } from './short-string.js';
import { replyQueueDeclaration } from '../connection/topology.js';

export interface CommandClientOptions {
  broker: Broker;
  /** The reply queue is `<prefix>.<uuid>`, a new one for every client. */
  replyQueuePrefix: string;
  /** A reply to what send() sent. It is acknowledged when this ends; a reject is logged, not retried. */
  onReply(correlationId: string, packet: ReplyPacket): Promise<void>;
  /** Replies under way to the old queue are lost: ask again for what is still awaited. */
  onReplyQueueReplaced(): void;
  /** Replies taken at once [200], whether they come by themselves or in batches. */
  prefetch?: number;
  /** The broker removes the reply queue after it had no reader for this long. */
  replyQueueExpiresMs?: number;
}

interface Asked {
  resolve(packet: ReplyPacket): void;
}

const PREFETCH = 200;
const DELIVERIES_MAX = 64;
const EXPIRES_MS = 30 * 60_000;
const REQUEST_PREFIX = 'request.';

/** Sends commands and receives their replies in a queue of its own that outlives its connection. */
export class CommandClient {
  private readonly consumer: Consumer;
  private readonly limiter: ConcurrencyLimiter;
  private replyQueue: string | undefined;
  private readonly asked = new Map<string, Asked>();
  private readonly unreadableLines = new LineBudget();

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
   * Sends a command whose reply comes to onReply, together with others that wait for the same queue.
   * With `expiresAfterMs` (a whole number) the broker drops it when nobody has read it for so long.
   * Throws BrokerAway when nothing was sent, also while there is no reply queue yet; ConfirmLost when
   * it may have been.
   */
  async send(
    queue: string,
    packet: Omit<CommandPacket, 'id'>,
    correlationId: string,
    expiresAfterMs?: number,
  ): Promise<PublishResult> {
    const body = encodePacket({ id: correlationId, ...packet });
    const replyTo = this.replyQueueNow();
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

  private replyQueueNow(): string {
    if (this.replyQueue === undefined) throw new BrokerAway('there is no reply queue yet');
    return this.replyQueue;
  }

  /**
   * Asks and waits: for reads. Whatever is no answer is thrown as a Fault, a no included. A question
   * that nobody waits for any more is not served: the broker drops it.
   */
  async request<R>(queue: string, pattern: string, data: unknown, timeoutMs: number): Promise<R> {
    const correlationId = `${REQUEST_PREFIX}${randomUUID()}`;
    let timer: NodeJS.Timeout | undefined;
    const reply = new Promise<ReplyPacket>((resolve, reject) => {
      this.asked.set(correlationId, { resolve });
      const giveUp = () =>
        reject(new Fault('UNAVAILABLE', `${pattern}: no answer within ${timeoutMs} ms`, true));
      timer = setTimeout(giveUp, timeoutMs);
    });
    reply.catch(() => undefined); // it may time out while the send is still waiting
    try {
      const body = encodePacket({ pattern, data, id: correlationId });
      // By itself: what has an expiry of its own shares its message with nobody.
      const publishing = this.options.broker.publisher.publish(queue, body, {
        contentType: 'application/json',
        replyTo: this.replyQueueNow(),
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
      this.asked.delete(correlationId);
    }
  }

  /** Takes no more replies and waits for those in hand. The queue stays, to expire by itself. */
  async close(timeoutMs = 10_000): Promise<void> {
    await this.consumer.drain(timeoutMs);
  }

  /** The queue we had, when the broker still has it; else a new one under a new name. */
  private async prepareReplyQueue(connection: ChannelModel): Promise<string> {
    const before = this.replyQueue;
    if (before !== undefined && (await queueExists(connection, before))) return before;
    // Never the old name: a reply lost with the old queue could not be told from one to come.
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
    // A reply in a batch may be as large as one by itself: it has no bound either.
    const replies = elementsOf(body, Infinity)?.map(readReply) ?? [];
    if (replies.length === 0) await this.take(readReply(body), properties.correlationId);
    else await Promise.all(replies.map((packet) => this.take(packet, packet?.id)));
    delivery.ack();
  }

  /** What cannot be read is dropped: alone, when it came in a batch. */
  private async take(packet: ReplyPacket | undefined, correlationId: unknown): Promise<void> {
    const { counters } = this.options.broker;
    if (!packet || !isShortString(correlationId)) {
      counters.repliesUnreadable += 1;
      this.unreadableLines.spend((also) => this.tellUnreadable(correlationId, also));
    } else if (correlationId.startsWith(REQUEST_PREFIX)) {
      const asked = this.asked.get(correlationId);
      if (asked) asked.resolve(packet);
      else counters.repliesLate += 1;
    } else {
      await this.limiter.pass(() => this.tell(correlationId, packet));
    }
  }

  /** In a batch the id has no bound; what is none of ours is told by its kind alone. */
  private tellUnreadable(id: unknown, also: object): void {
    const correlationId = isShortString(id) ? id : `(${typeof id})`;
    this.options.broker.logger.error({ correlationId, ...also }, 'reply cannot be read; dropped');
  }

  private async tell(correlationId: string, packet: ReplyPacket): Promise<void> {
    try {
      await this.options.onReply(correlationId, packet);
    } catch (error) {
      // Nothing is lost: what the reply would have moved is asked for again at its deadline.
      const { counters, logger } = this.options.broker;
      counters.repliesFailed += 1;
      logger.error({ correlationId, err: error }, 'reply was not taken');
    }
  }
}
