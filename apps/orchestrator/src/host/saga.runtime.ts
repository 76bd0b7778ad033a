import type { PublishResult } from '@backstitch/messaging';
import {
  ENGINE_DEFAULTS,
  EngineStopped,
  type OutgoingCommand,
  SagaDefinitionChanged,
  SagaEngine,
} from '@backstitch/saga-engine';
import { PostgresSagaStore } from '@backstitch/saga-engine/postgres';
import {
  exposeBroker,
  exposeBrokerLoad,
  type Logger,
  reachedFaultPoint,
} from '@backstitch/service-kit';
import { Fault, type ReplyPacket } from '@backstitch/shared-types';
import type { OrchestratorConfig } from '../config.js';
import { SAGA_TABLES } from '../database/saga-tables.js';
import { Brokers } from './brokers/brokers.client.js';
import { QueueCounts } from './participants/queue-counts.js';
import { ParticipantWatch } from './participants/participants.watch.js';
import type { SagaParticipant } from './registry/registered-saga.js';
import type { SagaRegistry } from './registry/saga-registry.js';
import { correlationOf, packetOf, replyOf } from './reply.js';
import { MinuteCounts } from './metrics/minute-counts.js';
import { MinuteObserver } from './metrics/minute-observer.js';
import { exposeSagas, sagaCounts } from './metrics/saga-counts.js';
import { exposeStore } from './metrics/store-metrics.js';
import { SagaMetrics } from './metrics/saga-metrics.js';
import { allOf } from './saga-observers.js';
import { sagaLogger } from './saga-logger.js';
import { endLogger } from './end-logger.js';
import { SignalReaders } from './signal-readers.client.js';

const DRAIN_MS = 5_000;

export interface SagaRuntimeOptions {
  registry: SagaRegistry;
  config: OrchestratorConfig;
  logger: Logger;
  /** The name under which it owns its sagas [a random one]. */
  instanceId?: string;
}

/** The engine, and what it works with: the store, the broker, and the queue of its replies. */
export class SagaRuntime {
  readonly registry: SagaRegistry;
  readonly engine: SagaEngine;
  readonly store: PostgresSagaStore;
  readonly brokers: Brokers;
  readonly participants: ParticipantWatch;
  readonly queueCounts: QueueCounts;
  private readonly signalReaders: SignalReaders;
  /** What is counted for charts; written elsewhere. */
  readonly minuteCounts = new MinuteCounts();
  private readonly minutes: MinuteObserver;
  private readonly logger: Logger;

  constructor({ registry, config, logger, instanceId }: SagaRuntimeOptions) {
    this.logger = logger;
    this.registry = registry;
    this.store = new PostgresSagaStore({
      url: config.DB_URL,
      tables: SAGA_TABLES,
      logger,
      ...(instanceId !== undefined && { instanceId }),
    });
    this.minutes = new MinuteObserver(this.minuteCounts, this.store.clock);
    const queues = registry.participants.map(({ queue }) => queue);
    this.brokers = new Brokers(queues, {
      config,
      logger,
      onReply: (correlationId, packet, from) => this.onReply(correlationId, packet, from),
      onReplyQueueReplaced: () => this.engine.resendAwaited(),
      resendUnsent: () => this.engine.resendUnsent(),
    });
    this.queueCounts = new QueueCounts(this.brokers.inspector, queues).expose();
    this.participants = this.watchParticipants(config);
    const counters = sagaCounts({ started: () => this.minutes.started() });
    this.engine = new SagaEngine({
      definitions: registry.definitions,
      store: this.store,
      clock: this.store.clock,
      sender: { send: (command) => this.send(command) },
      logger: sagaLogger(logger),
      counters,
      observer: allOf(
        new SagaMetrics(registry, this.store.clock),
        endLogger(this.store.clock, logger),
        this.minutes,
      ),
      reached: (point) => reachedFaultPoint(`orchestrator.${point}`),
      settings: {
        heartbeatEveryMs: config.HEARTBEAT_MS,
        silentAfterMs: config.OWNER_SILENT_MS,
        // The first pause is never longer than the longest one that is configured.
        backoffMinMs: Math.min(ENGINE_DEFAULTS.backoffMinMs, config.BACKOFF_MAX_MS),
        backoffMaxMs: config.BACKOFF_MAX_MS,
        attentionAfterAttempts: config.ATTENTION_AFTER_ATTEMPTS,
        // Another transaction has a row locked, seldom for long, and nothing was done.
        patientCodes: ['ROW_LOCKED'],
      },
    });
    const { brokers, engine } = this;
    const { participants } = registry;
    this.signalReaders = new SignalReaders({ brokers, participants, engine, logger });
    exposeStore(this.store);
    exposeBroker(this.brokers, this.brokers);
    exposeBrokerLoad(this.brokers.load);
    exposeSagas(this.engine, counters);
  }

  /**
   * Connects and begins to drive sagas, in the background: nothing has to be there yet. Calls
   * `refused` when a definition differs from the recorded one of its version; nothing is driven then.
   */
  start(refused?: (why: SagaDefinitionChanged) => void): void {
    this.brokers.connect();
    this.signalReaders.start();
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
    const { publish, consume, why } = this.brokers.status();
    if (publish !== 'up') return why ?? `publishing is ${publish}`;
    return consume === 'up' ? undefined : (why ?? 'consuming is down');
  }

  /** Why replies do not arrive now; undefined when all is well. */
  whyRepliesAreAway(): string | undefined {
    const { state, why } = this.brokers.consumerStatus();
    return state === 'attached' ? undefined : (why ?? state);
  }

  /** Waits a moment for sagas to end, then gives up the others: another instance takes them at once. */
  async giveUp(): Promise<void> {
    await this.signalReaders.close();
    await this.engine.drain(DRAIN_MS);
    await this.engine.stop();
  }

  async close(): Promise<void> {
    this.participants.stop();
    await this.brokers.close();
    await this.store.close();
  }

  private watchParticipants(config: OrchestratorConfig): ParticipantWatch {
    return new ParticipantWatch({
      sagas: this.registry,
      query: (participant, timeoutMs) => this.query(participant, timeoutMs),
      readersOf: (queues) => this.queueCounts.consumersOf(queues),
      whyUnknown: () => this.whyBrokerIsAway() ?? this.whyRepliesAreAway(),
      settings: {
        sagasMin: config.BREAKER_SAGAS,
        faultsMs: config.BREAKER_FAULTS_MS,
        silentMs: config.BREAKER_SILENT_MS,
        absentMs: config.BREAKER_ABSENT_MS,
      },
      observed: (step, direction, ms) => this.minutes.step(step, direction, ms),
      logger: this.logger,
    }).expose();
  }

  private async query({ queue, query }: SagaParticipant, timeoutMs: number): Promise<void> {
    try {
      await this.brokers.request(queue, query.pattern, query.data(), timeoutMs);
    } catch (error) {
      // A business rejection is an answer, too.
      if (!(error instanceof Fault) || error.retryable) throw error;
    }
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
      const sent = await this.brokers.send(queue, packet, correlationId, expiresAfterMs);
      if (sent === 'unroutable') participants.unsent(command, true);
      return sent;
    } catch (error) {
      participants.unsent(command, false);
      this.brokers.resendWhenBack(command.queue);
      throw error;
    }
  }

  private async onReply(
    correlationId: string,
    packet: ReplyPacket,
    from: readonly string[] | undefined,
  ): Promise<void> {
    const reply = replyOf(correlationId, packet);
    if (!reply) {
      this.logger.warn({ correlationId }, 'a reply to a command that this instance did not send');
      return;
    }
    // Where participants have a virtual host each, none of them can answer for another.
    const asked = from && this.registry.command(reply)?.queue;
    if (asked !== undefined && !from?.includes(asked)) {
      this.logger.error(
        { correlationId, queues: from },
        'a reply by another virtual host; dropped',
      );
      return;
    }
    this.participants.replied(reply);
    try {
      await this.engine.onReply(reply);
    } catch (error) {
      // The instance that takes the saga over sends the command again.
      if (!(error instanceof EngineStopped)) throw error;
    }
  }
}
