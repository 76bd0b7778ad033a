import {
  Broker,
  CommandClient,
  DeadLetterQueues,
  consumersOf,
  type PublishResult,
} from '@backstitch/messaging';
import {
  EngineStopped,
  type OutgoingCommand,
  type SagaDefinition,
  SagaEngine,
} from '@backstitch/saga-engine';
import { exposeBroker, type Logger, reachedFaultPoint } from '@backstitch/service-kit';
import { Fault, type ReplyPacket } from '@backstitch/shared-types';
import { checkoutSaga } from '../checkout/checkout-saga.js';
import type { CheckoutInput } from '../checkout/checkout.js';
import type { OrchestratorConfig } from '../config.js';
import { SAGA_TABLES } from '../database/schema.js';
import { checkoutParticipants } from '../participants/participants.js';
import { ParticipantWatch } from '../participants/participants.watch.js';
import { correlationOf, packetOf, replyOf } from './reply.js';
import { ResendWhenBack } from './resend-when-back.js';
import { exposeSagas, sagaCounts } from './saga-counts.js';
import { sagaLogger } from './saga-logger.js';
import { LoggingSagaStore } from './sagas.store.js';

const NAME = 'orchestrator';
const DRAIN_MS = 5_000;

/** The engine with its hands and feet: the store, the broker, and the queue of its replies. */
export class SagaRuntime {
  readonly definition: SagaDefinition<CheckoutInput>;
  readonly engine: SagaEngine;
  readonly store: LoggingSagaStore;
  readonly client: CommandClient;
  readonly deadLetters: DeadLetterQueues;
  readonly participants: ParticipantWatch;
  readonly #broker: Broker;
  readonly #logger: Logger;
  readonly #unsent: ResendWhenBack;

  constructor(config: OrchestratorConfig, logger: Logger) {
    this.#logger = logger;
    this.definition = checkoutSaga({
      sagaDeadlineMs: config.SAGA_DEADLINE_MS,
      paymentReplyTimeoutMs: config.PAYMENT_REPLY_TIMEOUT_MS,
      steps: {
        replyTimeoutMs: config.REPLY_TIMEOUT_MS,
        attemptsMax: config.STEP_ATTEMPTS,
        deadlineMs: config.STEP_DEADLINE_MS,
      },
    });
    this.store = new LoggingSagaStore({ url: config.DB_URL, tables: SAGA_TABLES, logger });
    this.#broker = new Broker({
      urls: config.rabbitmqUrls,
      name: NAME,
      logger,
      queueType: config.QUEUE_TYPE,
      reached: reachedFaultPoint,
    });
    this.#unsent = new ResendWhenBack(this.#broker.publisher, () => this.engine.resendUnsent());
    this.deadLetters = new DeadLetterQueues({ broker: this.#broker });
    this.client = new CommandClient({
      broker: this.#broker,
      replyQueuePrefix: `${NAME}_replies`,
      onReply: (correlationId, packet) => this.#onReply(correlationId, packet),
      onReplyQueueReplaced: () => this.engine.resendAwaited(),
    });
    this.participants = this.#watchParticipants(config);
    const counters = sagaCounts();
    this.engine = new SagaEngine({
      definitions: [this.definition],
      store: this.store,
      clock: this.store.clock,
      sender: { send: (command) => this.#send(command) },
      logger: sagaLogger(logger),
      counters,
      reached: reachedFaultPoint,
      settings: {
        heartbeatEveryMs: config.HEARTBEAT_MS,
        silentAfterMs: config.OWNER_SILENT_MS,
        backoffMaxMs: config.BACKOFF_MAX_MS,
        attentionAfterAttempts: config.ATTENTION_AFTER_ATTEMPTS,
        // Somebody keeps a row locked: seldom for long, and nothing was done.
        patientCodes: ['ROW_LOCKED'],
      },
    });
    exposeBroker(this.#broker, this.client);
    exposeSagas(this.engine, counters);
  }

  /** Connects and begins to look after sagas, in the background: nothing has to be there yet. */
  start(): void {
    this.#broker.connect();
    this.client.start();
    this.participants.start();
    this.engine.run().catch((err: unknown) => {
      this.#logger.error({ err }, 'the saga engine could not start');
    });
  }

  /** Why no command could be sent or answered now; undefined when all is well. */
  whyBrokerIsAway(): string | undefined {
    const { publish, consume, why } = this.#broker.status();
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
    await this.#broker.close();
    await this.store.close();
  }

  #watchParticipants(config: OrchestratorConfig): ParticipantWatch {
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
      readersOf: (queues) => consumersOf(this.#broker, queues),
      whyBlind: () => this.whyBrokerIsAway() ?? this.whyRepliesAreAway(),
      settings: {
        sagasMin: config.BREAKER_SAGAS,
        faultsMs: config.BREAKER_FAULTS_MS,
        silentMs: config.BREAKER_SILENT_MS,
        absentMs: config.BREAKER_ABSENT_MS,
      },
      logger: this.#logger,
    });
  }

  async #send(command: OutgoingCommand): Promise<PublishResult> {
    const { participants } = this;
    participants.sending(command);
    try {
      const { queue } = command;
      const sent = await this.client.send(queue, packetOf(command), correlationOf(command));
      if (sent === 'unroutable') participants.unsent(command, true);
      return sent;
    } catch (error) {
      participants.unsent(command, false);
      this.#unsent.consider();
      throw error;
    }
  }

  async #onReply(correlationId: string, packet: ReplyPacket): Promise<void> {
    const reply = replyOf(correlationId, packet);
    if (!reply) {
      this.#logger.warn({ correlationId }, 'a reply to a command that is none of ours');
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
