import {
  Broker,
  CommandClient,
  DeadLetterQueues,
  QueueInspector,
  type PublishResult,
} from '@backstitch/messaging';
import {
  ENGINE_DEFAULTS,
  EngineStopped,
  type OutgoingCommand,
  type SagaDefinition,
  SagaDefinitionChanged,
  SagaEngine,
} from '@backstitch/saga-engine';
import { PostgresSagaStore } from '@backstitch/saga-engine/postgres';
import {
  brokerTimings,
  exposeBroker,
  exposeBrokerLoad,
  type Logger,
  reachedFaultPoint,
} from '@backstitch/service-kit';
import { COMMAND_QUEUES, Fault, type ReplyPacket } from '@backstitch/shared-types';
import { checkoutSaga } from '../sagas/checkout/checkout-saga.js';
import type { CheckoutInput } from '../sagas/checkout/checkout.js';
import type { OrchestratorConfig } from '../config.js';
import { SAGA_TABLES } from '../database/schema.js';
import { checkoutParticipants } from './participants/participants.js';
import { QueueCounts, watchedQueues } from './participants/queue-counts.js';
import { ParticipantWatch } from './participants/participants.watch.js';
import { correlationOf, packetOf, replyOf } from './reply.js';
import { ResendWhenBack } from './resend-when-back.js';
import { exposeSagas, sagaCounts } from './metrics/saga-counts.js';
import { exposeStore } from './metrics/store-metrics.js';
import { SagaMetrics } from './metrics/saga-metrics.js';
import { allOf } from './saga-observers.js';
import { sagaLogger } from './saga-logger.js';
import { endLogger } from './end-logger.js';

const NAME = 'orchestrator';
const DRAIN_MS = 5_000;

/** The engine with its hands and feet: the store, the broker, and the queue of its replies. */
export class SagaRuntime {
  readonly definition: SagaDefinition<CheckoutInput>;
  readonly engine: SagaEngine;
  readonly store: PostgresSagaStore;
  readonly client: CommandClient;
  readonly deadLetters: DeadLetterQueues;
  readonly participants: ParticipantWatch;
  readonly queueCounts: QueueCounts;
  private readonly broker: Broker;
  private readonly logger: Logger;
  private readonly unsent: ResendWhenBack;

  /** `instanceId` is the name under which it owns its sagas; a random one by default. */
  constructor(config: OrchestratorConfig, logger: Logger, instanceId?: string) {
    this.logger = logger;
    this.definition = checkoutSaga({
      sagaDeadlineMs: config.SAGA_DEADLINE_MS,
      paymentReplyTimeoutMs: config.PAYMENT_REPLY_TIMEOUT_MS,
      steps: {
        replyTimeoutMs: config.REPLY_TIMEOUT_MS,
        attemptsMax: config.STEP_ATTEMPTS,
        deadlineMs: config.STEP_DEADLINE_MS,
      },
    });
    this.store = new PostgresSagaStore({
      url: config.DB_URL,
      tables: SAGA_TABLES,
      logger,
      ...(instanceId !== undefined && { instanceId }),
    });
    this.broker = new Broker({
      urls: config.rabbitmqUrls,
      name: NAME,
      logger,
      queueType: config.QUEUE_TYPE,
      reached: reachedFaultPoint,
      observer: brokerTimings,
    });
    this.unsent = new ResendWhenBack(this.broker.publisher, () => this.engine.resendUnsent());
    this.deadLetters = new DeadLetterQueues({ broker: this.broker });
    this.client = new CommandClient({
      broker: this.broker,
      replyQueuePrefix: `${NAME}_replies`,
      onReply: (correlationId, packet) => this.onReply(correlationId, packet),
      onReplyQueueReplaced: () => this.engine.resendAwaited(),
    });
    const queues = Object.values(COMMAND_QUEUES);
    const look = new QueueInspector(this.broker, watchedQueues(queues));
    this.queueCounts = new QueueCounts(look, queues).expose();
    this.participants = this.watchParticipants(config);
    const counters = sagaCounts();
    this.engine = new SagaEngine({
      definitions: [this.definition],
      store: this.store,
      clock: this.store.clock,
      sender: { send: (command) => this.send(command) },
      logger: sagaLogger(logger),
      counters,
      observer: allOf(
        new SagaMetrics([this.definition], this.store.clock),
        endLogger(this.store.clock, logger),
      ),
      reached: (point) => reachedFaultPoint(`orchestrator.${point}`),
      settings: {
        heartbeatEveryMs: config.HEARTBEAT_MS,
        silentAfterMs: config.OWNER_SILENT_MS,
        // Who asks for shorter pauses than the usual first one asks for a shorter first one.
        backoffMinMs: Math.min(ENGINE_DEFAULTS.backoffMinMs, config.BACKOFF_MAX_MS),
        backoffMaxMs: config.BACKOFF_MAX_MS,
        attentionAfterAttempts: config.ATTENTION_AFTER_ATTEMPTS,
        // Somebody keeps a row locked: seldom for long, and nothing was done.
        patientCodes: ['ROW_LOCKED'],
      },
    });
    exposeStore(this.store);
    exposeBroker(this.broker, this.client);
    exposeBrokerLoad(this.broker);
    exposeSagas(this.engine, counters);
  }

  /**
   * Connects and begins to look after sagas, in the background: nothing has to be there yet. Calls
   * `refused` when the definition is another one than sagas were begun with: nothing is driven then.
   */
  start(refused?: (why: SagaDefinitionChanged) => void): void {
    this.broker.connect();
    this.client.start();
    this.participants.start();
    this.engine.run().catch((err: unknown) => {
      if (refused && err instanceof SagaDefinitionChanged) return refused(err);
      this.logger.error({ err }, 'the saga engine could not start');
    });
  }

  /** Why no saga could be begun yet: the engine starts in the background; undefined when it has. */
  whyNothingCanBegin(): string | undefined {
    if (this.store.heartbeatAgeMs !== undefined) return undefined;
    return 'the saga engine has not written its first heartbeat yet';
  }

  /** Why no command could be sent or answered now; undefined when all is well. */
  whyBrokerIsAway(): string | undefined {
    const { publish, consume, why } = this.broker.status();
    if (publish !== 'up') return why ?? `publishing is ${publish}`;
    return consume === 'up' ? undefined : (why ?? 'consuming is down');
  }

  /** Why replies do not arrive now; undefined when all is well. */
  whyRepliesAreAway(): string | undefined {
    const { state, why } = this.client.consumerStatus();
    return state === 'attached' ? undefined : (why ?? state);
  }

  /** Lets sagas end for a moment, then gives them up, for another instance to take at once. */
  async giveUp(): Promise<void> {
    await this.engine.drain(DRAIN_MS);
    await this.engine.stop();
  }

  async close(): Promise<void> {
    this.participants.stop();
    await this.client.close();
    await this.broker.close();
    await this.store.close();
  }

  private watchParticipants(config: OrchestratorConfig): ParticipantWatch {
    return new ParticipantWatch({
      participants: checkoutParticipants(async (...question) => {
        try {
          await this.client.request(...question);
        } catch (error) {
          // A no is an answer, too.
          if (!(error instanceof Fault) || error.retryable) throw error;
        }
      }),
      definition: this.definition,
      readersOf: (queues) => this.queueCounts.consumersOf(queues),
      whyBlind: () => this.whyBrokerIsAway() ?? this.whyRepliesAreAway(),
      settings: {
        sagasMin: config.BREAKER_SAGAS,
        faultsMs: config.BREAKER_FAULTS_MS,
        silentMs: config.BREAKER_SILENT_MS,
        absentMs: config.BREAKER_ABSENT_MS,
      },
      logger: this.logger,
    }).expose();
  }

  private async send(command: OutgoingCommand): Promise<PublishResult> {
    const { participants } = this;
    participants.sending(command);
    try {
      const { queue, replyTimeoutMs } = command;
      // Unread for as long as its answer is waited for, it is gone when the next attempt is sent.
      const expiresAfterMs = Math.ceil(replyTimeoutMs);
      const correlationId = correlationOf(command);
      const packet = packetOf(command);
      const sent = await this.client.send(queue, packet, correlationId, expiresAfterMs);
      if (sent === 'unroutable') participants.unsent(command, true);
      return sent;
    } catch (error) {
      participants.unsent(command, false);
      this.unsent.consider();
      throw error;
    }
  }

  private async onReply(correlationId: string, packet: ReplyPacket): Promise<void> {
    const reply = replyOf(correlationId, packet);
    if (!reply) {
      this.logger.warn({ correlationId }, 'a reply to a command that is none of ours');
      return;
    }
    this.participants.replied(reply);
    try {
      await this.engine.onReply(reply);
    } catch (error) {
      // Whoever takes the saga over asks again.
      if (!(error instanceof EngineStopped)) throw error;
    }
  }
}
