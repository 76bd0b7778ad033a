import { deadLetterQueueOf } from '@backstitch/shared-types';
import type { Broker } from '../connection/broker.js';
import { commandQueueDeclarations } from '../connection/topology.js';
import { Consumer, type ConsumerStatus } from '../consume/consumer.js';
import { ConsumerPause, type PauseOn } from '../consume/consumer-pause.js';
import type { Delivery } from '../consume/delivery.js';
import { LogRateLimit } from '../consume/log-rate-limit.js';
import { publishConfirmed } from './confirmed-publish.js';
import type { DeadLetter } from './dead-letter.js';
import { carriedProperties } from './message-headers.js';

/** A dead letter as the broker delivers it. */
export interface DeliveredDeadLetter extends DeadLetter {
  /** It was delivered before, and its acknowledgement did not arrive. It may be stored already. */
  readonly isRedelivered: boolean;
}

export interface DeadLetterConsumerOptions {
  broker: Broker;
  /** The command queue whose dead letters are taken. */
  queue: string;
  /**
   * Stores all of them durably, or throws and stores none. They are acknowledged once it resolves; a
   * message may come again all the same.
   */
  store: (deadLetters: readonly DeliveredDeadLetter[]) => Promise<void>;
  /** While the store is away, messages stay in their queue. */
  pauseOn: PauseOn;
  /** The prefetch, and so the largest batch [20]. */
  prefetch?: number;
  /** How long an answer of the broker is waited for. */
  answerMs: number;
}

const PREFETCH = 20;
/** The bodies of a batch have at most so many bytes, unless the first one alone has more. */
const BATCH_BYTES_MAX = 4 * 2 ** 20;
/**
 * A quorum queue may drop a message that was returned twenty times. A message near this limit is
 * published again, as a new one.
 */
const RETURNS_MAX = 10;

/** Takes the messages of one dead-letter queue in batches: stored first, then acknowledged. */
export class DeadLetterConsumer {
  private readonly consumer: Consumer;
  private readonly consumerPause: ConsumerPause;
  private arrived: Delivery[] = [];
  private isStoring = false;
  private readonly lines = new LogRateLimit();

  constructor(private readonly options: DeadLetterConsumerOptions) {
    const { broker, queue, pauseOn, prefetch = PREFETCH } = options;
    const declarations = commandQueueDeclarations(queue, broker.queueType);
    const deadLetterQueue = deadLetterQueueOf(queue);
    this.consumer = new Consumer({
      name: deadLetterQueue,
      link: broker.consumeLink,
      logger: broker.logger,
      prefetch,
      queue: async (connection) => {
        await broker.setUpQueues(connection, declarations);
        return deadLetterQueue;
      },
      onDelivery: (delivery) => {
        this.arrived.push(delivery);
        if (!this.isStoring) void this.storeArrived();
      },
    });
    this.consumerPause = new ConsumerPause(pauseOn, this.consumer, broker.logger);
  }

  start(): void {
    this.consumer.start();
  }

  consumerStatus(): ConsumerStatus {
    return this.consumer.status();
  }

  /** Consumes no more. Delivered messages are stored and acknowledged, or stay in the queue. */
  async close(timeoutMs: number): Promise<void> {
    this.consumerPause.stop();
    await this.consumer.drain(timeoutMs);
  }

  /** What arrives while a batch is being stored is the next batch. Never throws. */
  private async storeArrived(): Promise<void> {
    this.isStoring = true;
    while (this.arrived.length > 0) await this.store(this.nextBatch());
    this.isStoring = false;
  }

  /** A store may need several times the bytes of a batch as memory. */
  private nextBatch(): Delivery[] {
    let bytes = 0;
    const tooMany = this.arrived.findIndex(({ body }, index) => {
      bytes += body.length;
      return index > 0 && bytes > BATCH_BYTES_MAX;
    });
    return this.arrived.splice(0, tooMany === -1 ? this.arrived.length : tooMany);
  }

  private async store(deliveries: readonly Delivery[]): Promise<void> {
    const { broker, queue } = this.options;
    try {
      await this.options.store(deliveries.map((delivery) => deadLetterOf(queue, delivery)));
      await broker.reached?.('orchestrator.dead-letters-before-ack');
      for (const delivery of deliveries) delivery.ack();
    } catch (error) {
      this.consumerPause.consider(error);
      const isAway = this.options.pauseOn.causedBy(error);
      // A message that cannot be stored must not prevent that the others are.
      if (!isAway && deliveries.length > 1) {
        return this.storeOneByOne(deliveries);
      }
      if (!isAway) {
        broker.counters.bugs += 1;
        this.lines.spend((also) =>
          broker.logger.error({ queue, err: error, ...also }, 'a dead letter could not be stored'),
        );
      }
      for (const delivery of deliveries) await this.giveBack(delivery);
    }
  }

  /** Stops at the first message for which the store is unavailable. */
  private async storeOneByOne(deliveries: readonly Delivery[]): Promise<void> {
    for (const delivery of deliveries) {
      if (this.consumerPause.isPaused) await this.giveBack(delivery);
      else await this.store([delivery]);
    }
  }

  private async giveBack(delivery: Delivery): Promise<void> {
    const returns = Number(delivery.properties.headers?.['x-delivery-count']);
    if (returns >= RETURNS_MAX && (await this.isPutInAgain(delivery))) return delivery.ack();
    delivery.abandon();
  }

  private async isPutInAgain({ body, properties }: Delivery): Promise<boolean> {
    const { broker, queue, answerMs } = this.options;
    const messageId: unknown = properties.messageId;
    const same = {
      ...carriedProperties(properties),
      ...(typeof messageId === 'string' && { messageId }),
    };
    const message = { queue: deadLetterQueueOf(queue), body, properties: same };
    try {
      return (await publishConfirmed(broker, message, answerMs)) === 'accepted';
    } catch {
      return false; // It goes back as it was, once more.
    }
  }
}

function deadLetterOf(queue: string, delivery: Delivery): DeliveredDeadLetter {
  const { body, properties, isRedelivered } = delivery;
  return { queue, body, properties, isRedelivered };
}
