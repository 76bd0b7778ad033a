import { deadLetterQueueOf } from '@backstitch/shared-types';
import type { Broker } from '../connection/broker.js';
import { declareQueues } from '../connection/declare-queues.js';
import { commandQueueDeclarations } from '../connection/topology.js';
import { Consumer, type ConsumerStatus } from '../consume/consumer.js';
import { ConsumerPause, type PauseOn } from '../consume/consumer-pause.js';
import type { Delivery } from '../consume/delivery.js';
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
  /** Messages in hand at once, so in one batch at most [50]. */
  prefetch?: number;
  /** How long an answer of the broker is waited for. */
  answerMs: number;
}

const PREFETCH = 50;
/**
 * A quorum queue may throw a message away that was given back twenty times: one that comes near this
 * is put in again, as new.
 */
const RETURNS_MAX = 10;

/** Takes the messages of one dead-letter queue in batches: stored first, then acknowledged. */
export class DeadLetterConsumer {
  private readonly consumer: Consumer;
  private readonly consumerPause: ConsumerPause;
  private arrived: Delivery[] = [];
  private isStoring = false;

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
        await declareQueues(connection, declarations, broker.logger);
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

  /** Takes no more, and ends what is in hand: stored and acknowledged, or left in the queue. */
  async close(timeoutMs: number): Promise<void> {
    this.consumerPause.stop();
    await this.consumer.drain(timeoutMs);
  }

  /** What arrives while a batch is being stored is the next batch. Never throws. */
  private async storeArrived(): Promise<void> {
    this.isStoring = true;
    while (this.arrived.length > 0) await this.store(this.arrived.splice(0));
    this.isStoring = false;
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
      // One that cannot be stored must not keep its neighbours from it.
      if (!isAway && deliveries.length > 1) {
        return this.storeOneByOne(deliveries);
      }
      if (!isAway) {
        broker.counters.bugs += 1;
        broker.logger.error({ queue, err: error }, 'a dead letter could not be stored');
      }
      for (const delivery of deliveries) await this.giveBack(delivery);
    }
  }

  /** Ends with the first one that the store is away for: the others would only wait for it, too. */
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
