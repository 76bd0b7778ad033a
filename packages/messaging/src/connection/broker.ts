import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { brokerCounters, type BrokerCounters } from './counters.js';
import { BrokerLink } from './broker-link.js';
import type { BrokerObserver } from './broker-observer.js';
import { declareQueues, requireQueues } from './declare-queues.js';
import { BrokerUnavailable } from './errors.js';
import { BatchPublisher } from '../batch/batch-publisher.js';
import type { BrokerLogger } from './logger.js';
import { Publisher } from '../publish/publisher.js';
import {
  ALL_COMMAND_QUEUES,
  commandQueueDeclarations,
  type QueueDeclaration,
  type QueueSetup,
  type QueueType,
} from './topology.js';

export interface BrokerOptions {
  /** One address, or those of the cluster's nodes, tried in turn. */
  urls: readonly string[];
  /** The name of the app in the broker's management UI. */
  name: string;
  logger: BrokerLogger;
  queueType?: QueueType;
  /** [declare] */
  queueSetup?: QueueSetup;
  /**
   * The user of the addresses, which every message then names; the broker refuses another name. It
   * costs some microseconds a message [no name].
   */
  userId?: string | undefined;
  /** The command queues that publishers declare; by default all of the system. */
  queues?: readonly string[];
  /** Called with the name of every fault point that is passed; tests use it. */
  reached?: (point: string) => void | Promise<void>;
  counters?: BrokerCounters;
  observer?: BrokerObserver;
}

export interface BrokerStatus {
  publish: 'up' | 'down' | 'blocked';
  consume: 'up' | 'down';
  why?: string;
}

/**
 * The two connections to RabbitMQ. One publishes and one consumes, so acknowledgements do not wait
 * behind publishes that the broker delays.
 */
export class Broker {
  readonly publisher: Publisher;
  /** Publishes commands and replies that may share a message. */
  readonly batches: BatchPublisher;
  readonly counters: BrokerCounters;
  readonly queueType: QueueType;
  readonly queueSetup: QueueSetup;
  readonly userId: string | undefined;
  readonly logger: BrokerLogger;
  readonly reached: BrokerOptions['reached'];
  readonly observer: BrokerObserver | undefined;
  readonly consumeLink: BrokerLink;
  private readonly publishLink: BrokerLink;

  constructor(options: BrokerOptions) {
    const { urls, name, logger } = options;
    this.counters = options.counters ?? brokerCounters();
    this.queueType = options.queueType ?? 'classic';
    this.queueSetup = options.queueSetup ?? 'declare';
    this.userId = options.userId;
    this.logger = logger;
    this.reached = options.reached;
    this.observer = options.observer;
    const link = (use: string) =>
      new BrokerLink({ urls, name: `${name} ${use}`, logger, counters: this.counters });
    this.publishLink = link('publish');
    this.consumeLink = link('consume');
    const declarations = (options.queues ?? ALL_COMMAND_QUEUES).flatMap((queue) =>
      commandQueueDeclarations(queue, this.queueType),
    );
    this.publisher = new Publisher({
      link: this.publishLink,
      logger,
      counters: this.counters,
      userId: options.userId,
      ...(options.observer && { observer: options.observer }),
      declare: (connection) => this.setUpQueues(connection, declarations),
    });
    this.batches = new BatchPublisher({ publisher: this.publisher, counters: this.counters });
  }

  /** Declares the queues, or checks that they exist. Throws when one cannot be used. */
  setUpQueues(connection: ChannelModel, declarations: readonly QueueDeclaration[]): Promise<void> {
    if (this.queueSetup === 'check') return requireQueues(connection, declarations);
    return declareQueues(connection, declarations, this.logger);
  }

  /** Connects in the background, for ever. It never throws while the broker is unavailable. */
  connect(): void {
    this.publisher.start();
    this.publishLink.connect();
    this.consumeLink.connect();
  }

  /** Resolves when messages can be published and consumed. It has no timeout. */
  async ready(): Promise<void> {
    await Promise.all([
      this.publisher.opened(),
      new Promise<void>((resolve) => this.consumeLink.onUp(() => resolve())),
    ]);
  }

  /** A channel for one task; the caller must close it. Throws BrokerUnavailable. */
  async openChannel(): Promise<ConfirmChannel> {
    const { current, blocked, why } = this.publishLink;
    if (!current || blocked !== undefined)
      throw new BrokerUnavailable(blocked ?? why ?? 'not connected');
    try {
      return await current.createConfirmChannel();
    } catch (error) {
      throw new BrokerUnavailable('no channel could be opened', { cause: error });
    }
  }

  status(): BrokerStatus {
    const publishUp = this.publisher.isOpen ? 'up' : 'down';
    const why = this.publisher.refusal() ?? this.consumeLink.why;
    return {
      publish: this.publishLink.blocked === undefined ? publishUp : 'blocked',
      consume: this.consumeLink.current ? 'up' : 'down',
      ...(why === undefined ? {} : { why }),
    };
  }

  /** Call it after the consumers were drained. It waits for the last confirms, then closes both. */
  async close(): Promise<void> {
    await this.batches.close();
    await this.publisher.close();
    await Promise.all([this.publishLink.close(), this.consumeLink.close()]);
  }
}
