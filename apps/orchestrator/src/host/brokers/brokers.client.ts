import {
  type Broker,
  type BrokerStatus,
  brokerCounters,
  type BrokerCounters,
  type ConsumerStatus,
  type DeadLetterQueues,
  type PublishResult,
  type QueueInspector,
} from '@backstitch/messaging';
import type { exposeBrokerLoad } from '@backstitch/service-kit';
import type { CommandPacket, SagaTag } from '@backstitch/shared-types';
import { byVhost, queueVhosts } from './queue-vhosts.js';
import { type ConnectionOptions, VhostConnection } from './vhost-connection.client.js';

/** RABBITMQ_VHOSTS names a queue that no saga has. */
export class UnknownQueue extends Error {}

/**
 * The connections to all virtual hosts of the broker: one, or several where each participant has a
 * virtual host of its own. Each queue is reached by its connection.
 */
export class Brokers {
  readonly counters: BrokerCounters = brokerCounters();
  readonly deadLetters: Pick<DeadLetterQueues, 'consumer' | 'replay'>;
  readonly inspector: Pick<QueueInspector, 'read' | 'queues'>;
  private readonly all: readonly VhostConnection[];
  private readonly byQueue: ReadonlyMap<string, VhostConnection>;

  /** Throws UnknownQueue. */
  constructor(queues: readonly string[], options: Omit<ConnectionOptions, 'counters' | 'isOnly'>) {
    const vhosts = queueVhosts(options.config.RABBITMQ_VHOSTS);
    const unknown = [...vhosts.keys()].filter((queue) => !queues.includes(queue));
    if (unknown.length > 0) {
      throw new UnknownQueue(`  - RABBITMQ_VHOSTS names ${unknown.join(', ')}, which no saga uses`);
    }
    const groups = byVhost(queues, vhosts);
    const { counters } = this;
    const isOnly = vhosts.size === 0;
    this.all = groups.map(
      (serves) => new VhostConnection(serves, { ...options, counters, isOnly }),
    );
    this.byQueue = new Map(
      this.all.flatMap((each) => each.serves.queues.map((queue) => [queue, each] as const)),
    );
    this.deadLetters = {
      consumer: (queue, use) => this.of(queue).deadLetters.consumer(queue, use),
      replay: (deadLetter) => this.of(deadLetter.queue).deadLetters.replay(deadLetter),
    };
    this.inspector = {
      queues: this.all.flatMap(({ inspector }) => inspector.queues),
      read: async () => (await Promise.all(this.all.map((each) => each.inspector.read()))).flat(),
    };
  }

  connect(): void {
    for (const each of this.all) each.connect();
  }

  /** As CommandClient.send. */
  send(
    queue: string,
    packet: Omit<CommandPacket, 'id'>,
    correlationId: string,
    expiresAfterMs?: number,
  ): Promise<PublishResult> {
    return this.of(queue).client.send(queue, packet, correlationId, expiresAfterMs);
  }

  /** As CommandClient.request. */
  request<Answer>(
    queue: string,
    pattern: string,
    data: unknown,
    timeoutMs: number,
    saga?: SagaTag,
  ): Promise<Answer> {
    return this.of(queue).client.request<Answer>(queue, pattern, data, timeoutMs, saga);
  }

  /** After a failed send: sends again as soon as the broker takes messages for this queue. */
  resendWhenBack(queue: string): void {
    this.of(queue).unsent.consider();
  }

  /** The connection to the virtual host of a command queue. */
  brokerOf(queue: string): Broker {
    return this.of(queue).broker;
  }

  /** The first connection that is not up, else the first one. */
  status(): BrokerStatus {
    const all = this.all.map(({ broker }) => broker.status());
    return all.find(({ publish, consume }) => publish !== 'up' || consume !== 'up') ?? all[0]!;
  }

  /** The first reply queue that is not read, else the first one. */
  consumerStatus(): ConsumerStatus {
    const all = this.all.map(({ client }) => client.consumerStatus());
    return all.find(({ state }) => state !== 'attached') ?? all[0]!;
  }

  /** What waits in this process, over all connections. */
  get load(): Parameters<typeof exposeBrokerLoad>[0] {
    const sum = (count: (each: VhostConnection) => number) =>
      this.all.reduce((total, each) => total + count(each), 0);
    return {
      publisher: {
        get unconfirmedCount() {
          return sum(({ broker }) => broker.publisher.unconfirmedCount);
        },
      },
      batches: {
        get packetsWaiting() {
          return sum(({ broker }) => broker.batches.packetsWaiting);
        },
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((each) => each.close()));
  }

  /** A queue of a saga that is served no more has no connection of its own. */
  private of(queue: string): VhostConnection {
    return this.byQueue.get(queue) ?? this.all[0]!;
  }
}
