import {
  Broker,
  type BrokerCounters,
  CommandClient,
  DeadLetterQueues,
  QueueInspector,
} from '@backstitch/messaging';
import { brokerTimings, type Logger, reachedFaultPoint } from '@backstitch/service-kit';
import type { ReplyPacket } from '@backstitch/shared-types';
import type { OrchestratorConfig } from '../../config.js';
import { watchedQueues } from '../participants/queue-counts.js';
import { ResendWhenBack } from '../resend-when-back.js';
import { urlsOfVhost, type VhostQueues } from './queue-vhosts.js';

const NAME = 'orchestrator';

export interface ConnectionOptions {
  config: OrchestratorConfig;
  logger: Logger;
  counters: BrokerCounters;
  /** Whether this is the only virtual host. */
  isOnly: boolean;
  /** A reply, and the queues of the virtual host that it came by, where there are several. */
  onReply(correlationId: string, packet: ReplyPacket, from?: readonly string[]): Promise<void>;
  onReplyQueueReplaced(): void;
  resendUnsent(): void;
}

/** The orchestrator in one virtual host: its connections, its reply queue, and the queues there. */
export class VhostConnection {
  readonly broker: Broker;
  readonly client: CommandClient;
  readonly deadLetters: DeadLetterQueues;
  readonly inspector: QueueInspector;
  readonly unsent: ResendWhenBack;

  constructor(
    readonly serves: VhostQueues,
    { config, logger, counters, isOnly, ...on }: ConnectionOptions,
  ) {
    const { vhost, queues } = serves;
    const urls = config.rabbitmqUrls;
    this.broker = new Broker({
      urls: vhost === undefined ? urls : urlsOfVhost(urls, vhost),
      name: NAME,
      logger,
      queueType: config.QUEUE_TYPE,
      queueSetup: config.QUEUES,
      ...(!isOnly && { queues }),
      userId: config.sentAs,
      counters,
      reached: reachedFaultPoint,
      observer: brokerTimings,
    });
    this.unsent = new ResendWhenBack(this.broker.publisher, () => on.resendUnsent());
    this.deadLetters = new DeadLetterQueues({ broker: this.broker });
    this.client = new CommandClient({
      broker: this.broker,
      replyQueuePrefix: `${NAME}_replies`,
      onReply: (correlationId, packet) =>
        on.onReply(correlationId, packet, isOnly ? undefined : queues),
      onReplyQueueReplaced: () => on.onReplyQueueReplaced(),
    });
    this.inspector = new QueueInspector(this.broker, watchedQueues(queues));
  }

  connect(): void {
    this.broker.connect();
    this.client.start();
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.broker.close();
  }
}
