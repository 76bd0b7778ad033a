import type { CommandPacket } from '@backstitch/shared-types';
import type { Broker } from '../connection/broker.js';
import { Consumer, type ConsumerStatus } from './consumer.js';
import type { Delivery } from './delivery.js';
import { isSettled, splitBatch } from '../batch/split-batch.js';
import { ConsumerPause, type PauseOn } from './consumer-pause.js';
import { CommandProcessor } from './command-processor.js';
import type { CommandTrouble } from './command-trouble.js';
import { ConcurrencyLimiter } from './concurrency-limiter.js';
import { commandQueueDeclarations } from '../connection/topology.js';
import { unpack } from '../batch/unpack.js';

export interface CommandServerOptions {
  broker: Broker;
  queue: string;
  /** Commands served at once [100], single or in batches. */
  prefetch?: number;
  /**
   * Unacknowledged deliveries, single commands or batches [32, or `prefetch` when that is less].
   */
  deliveriesMax?: number;
  /** A command that takes longer is answered with the fault HANDLER_DEADLINE. */
  handlerDeadlineMs?: number;
  pauseOn?: PauseOn;
  /** Commands of these patterns become dead letters when they name no saga [none]. */
  needsSaga?: (pattern: string) => boolean;
  /**
   * Whether a command of this pattern is taken from a broker user; undefined: its message names
   * none. Others become dead letters [all are taken].
   */
  acceptsSender?: (pattern: string, userId: string | undefined) => boolean;
  /** Trouble on purpose [none]. */
  trouble?: CommandTrouble;
}

export interface CommandHandlers {
  handlerOf(packet: CommandPacket): (() => Promise<unknown>) | undefined;
}

const PREFETCH = 100;
/**
 * Each may be a batch: with many deliveries, one instance would hold commands that another could
 * serve.
 */
const DELIVERIES_MAX = 32;
const HANDLER_DEADLINE_MS = 10_000;

/**
 * Serves one command queue: the command processor handles each delivery, which is then
 * acknowledged.
 */
export class CommandServer {
  private readonly consumer: Consumer;
  private readonly consumerPause: ConsumerPause;
  private readonly processor: CommandProcessor;
  /** Redelivered batches are split one at a time, so that they do not displace other messages. */
  private readonly splits = new ConcurrencyLimiter(1);
  private isClosing = false;

  constructor(
    private readonly options: CommandServerOptions,
    handlers: CommandHandlers,
  ) {
    const { broker, queue, prefetch = PREFETCH } = options;
    const deliveriesMax = options.deliveriesMax ?? Math.min(prefetch, DELIVERIES_MAX);
    const declarations = commandQueueDeclarations(queue, broker.queueType);
    this.consumer = new Consumer({
      name: queue,
      link: broker.consumeLink,
      logger: broker.logger,
      prefetch: deliveriesMax,
      queue: async (connection) => {
        await broker.setUpQueues(connection, declarations);
        return queue;
      },
      onDelivery: (delivery) => void this.take(delivery),
    });
    this.consumerPause = new ConsumerPause(options.pauseOn, this.consumer, broker.logger);
    this.processor = new CommandProcessor({
      broker,
      queue,
      handlerDeadlineMs: options.handlerDeadlineMs ?? HANDLER_DEADLINE_MS,
      overdueMax: prefetch,
      consumerPause: this.consumerPause,
      limiter: new ConcurrencyLimiter(prefetch),
      needsSaga: options.needsSaga ?? (() => false),
      acceptsSender: options.acceptsSender ?? (() => true),
      handlerOf: (packet) => handlers.handlerOf(packet),
      trouble: options.trouble,
    });
  }

  start(): void {
    this.consumer.start();
  }

  status(): ConsumerStatus {
    return this.consumer.status();
  }

  /**
   * Takes no more deliveries, finishes and acknowledges those that have begun, and returns the
   * others.
   */
  async close(timeoutMs: number): Promise<void> {
    this.isClosing = true;
    this.consumerPause.stop();
    await this.consumer.drain(timeoutMs);
  }

  private async take(delivery: Delivery): Promise<void> {
    const { broker, queue } = this.options;
    try {
      if (broker.reached) await broker.reached('participant.on-arrival');
      const settled = await this.settle(delivery);
      if (!settled) return delivery.abandon();
      if (broker.reached) await broker.reached('participant.after-reply-before-ack');
      delivery.ack();
    } catch (error) {
      // Left unacknowledged: the broker delivers it again.
      broker.counters.bugs += 1;
      broker.logger.error({ queue, err: error }, 'a delivery could not be settled');
      delivery.abandon();
    }
  }

  /** Whether every command of it is settled; only then the delivery is acknowledged. */
  private async settle(delivery: Delivery): Promise<boolean> {
    const inboundCommands = unpack(delivery);
    const [{ isBatched }] = inboundCommands;
    if (isBatched && delivery.isRedelivered) {
      const { broker, queue } = this.options;
      return this.splits.pass(() =>
        splitBatch(inboundCommands, { broker, queue, processor: this.processor }),
      );
    }
    let isBegun = false;
    const mayBegin = (): boolean => {
      // If its channel was closed while it waited, the broker delivers it again.
      if (!delivery.isOurs || (this.isClosing && !isBegun)) return false;
      return (isBegun = true);
    };
    const serving = inboundCommands.map((inbound) => this.processor.serve(inbound, mayBegin));
    return (await Promise.allSettled(serving)).every(isSettled);
  }
}
