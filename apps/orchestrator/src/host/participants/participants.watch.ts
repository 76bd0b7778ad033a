import type { OutgoingCommand } from '@backstitch/saga-engine';
import { Gauge, type Logger } from '@backstitch/service-kit';
import { inTime } from '../in-time.js';
import type { SagaParticipant } from '../registry/registered-saga.js';
import type { SagaRegistry } from '../registry/saga-registry.js';
import type { NamedReply } from '../reply.js';
import { Breaker, type BreakerSettings, type BreakerState } from './breaker.js';
import { signOf } from './participant-sign.js';
import { exposeUnanswered, observeStep } from './step-metrics.js';
import { type Silence, Unanswered } from './unanswered.js';

export interface ParticipantWatchOptions {
  /** Which participants there are, and which of them a command of a saga goes to. */
  sagas: Pick<SagaRegistry, 'participants' | 'command' | 'queuesOf'>;
  /** Resolves when the participant answers its query, rejects when it does not. */
  query(participant: SagaParticipant, timeoutMs: number): Promise<unknown>;
  /** How many consumers each queue has. */
  readersOf(queues: readonly string[]): Promise<number[]>;
  /** Why nothing is known of any participant now: this instance is not connected to the broker. */
  whyUnknown(): string | undefined;
  /** Told how long each command of a step took, from its send to its reply. */
  observed?(step: string, direction: string, ms: number): void;
  settings: BreakerSettings;
  logger: Logger;
}

const UPDATE_EVERY_MS = 250;
const COUNT_EVERY_MS = 1_000;
/** Counts that take longer say nothing. */
const COUNT_MS_MAX = 500;
/** Before a saga is refused for want of consumers they are counted again, unless they just were. */
const FRESH_MS = 100;
const QUERY_MS = 1_000;

const GAUGE_OF: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 };
const breakerGauge = new Gauge({
  name: 'participant_breaker',
  help: 'Whether new sagas are refused because this queue is not served: 0 no, 1 all but a few, 2 yes',
  labelNames: ['queue'],
});

interface Watched extends SagaParticipant {
  breaker: Breaker;
  /** As it was logged last. */
  known: BreakerState;
  isQueried: boolean;
}

/**
 * Knows which participants serve their queues now. It learns that from what became of every command,
 * from the number of consumers of each queue, and by querying participants that were away.
 */
export class ParticipantWatch {
  private readonly options: ParticipantWatchOptions;
  private readonly watched: readonly Watched[];
  private readonly byQueue: ReadonlyMap<string, Watched>;
  private readonly unanswered = new Unanswered();
  private timer: NodeJS.Timeout | undefined;
  private counting: Promise<void> | undefined;
  private countedAtMs = -Infinity;

  constructor(options: ParticipantWatchOptions) {
    this.options = options;
    this.watched = options.sagas.participants.map((participant) => ({
      ...participant,
      breaker: new Breaker(options.settings),
      known: 'closed',
      isQueried: false,
    }));
    this.byQueue = new Map(this.watched.map((one) => [one.queue, one]));
    for (const { queue } of this.watched) breakerGauge.set({ queue }, GAUGE_OF.closed);
  }

  /** Registers its metrics; call it once in a process. */
  expose(): this {
    exposeUnanswered(this.unanswered, [...this.byQueue.keys()]);
    return this;
  }

  start(): void {
    this.timer = setInterval(() => this.update(), UPDATE_EVERY_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Before it is sent: its reply may come before the broker's confirm. */
  sending(command: OutgoingCommand): void {
    const nowMs = performance.now();
    const missed = this.unanswered.sent(command, nowMs);
    if (missed) this.silent(missed, nowMs);
  }

  /** It did not get into its queue; `unroutable` because there is none, else for a reason of ours. */
  unsent(command: OutgoingCommand, isUnroutable: boolean): void {
    this.unanswered.answered(command);
    const watched = this.byQueue.get(command.queue);
    if (!watched || !isUnroutable) return;
    watched.breaker.fault(command.sagaId, performance.now());
    this.publishState(watched);
  }

  replied(reply: NamedReply): void {
    const nowMs = performance.now();
    const sentAtMs = this.unanswered.answered(reply);
    if (sentAtMs !== undefined) {
      observeStep(reply, reply.outcome.kind, nowMs - sentAtMs);
      this.options.observed?.(reply.step, reply.direction, nowMs - sentAtMs);
    }
    const queue = this.options.sagas.command(reply)?.queue;
    const watched = queue === undefined ? undefined : this.byQueue.get(queue);
    if (!watched) return;
    const sign = signOf(reply);
    if (sign === 'serves') watched.breaker.served(nowMs);
    else if (sign === 'cannot') watched.breaker.fault(reply.sagaId, nowMs);
    this.publishState(watched);
  }

  /** Whether new sagas that need this queue are refused here. */
  breakerOf(queue: string): BreakerState {
    return this.byQueue.get(queue)?.breaker.state ?? 'closed';
  }

  /** A participant of this saga that is away; undefined when a saga may begin. */
  async whoIsAway(saga: string): Promise<SagaParticipant | undefined> {
    if (this.watched.every(({ breaker }) => breaker.state === 'closed')) return undefined;
    const queues = this.options.sagas.queuesOf(saga);
    const needed = this.watched.filter(({ queue }) => queues.includes(queue));
    await this.countAgain(needed);
    const nowMs = performance.now();
    // No participant is tried while another one is known to be away.
    const away = needed.find(({ breaker }) => breaker.state === 'open');
    return away ?? needed.find(({ breaker }) => !breaker.admits(nowMs));
  }

  private async countAgain(needed: readonly Watched[]): Promise<void> {
    const isUnread = ({ breaker }: Watched) => breaker.state === 'open' && breaker.isUnread;
    if (!needed.some(isUnread)) return;
    if (performance.now() - this.countedAtMs < FRESH_MS) return;
    await this.count();
  }

  private update(): void {
    const nowMs = performance.now();
    if (this.options.whyUnknown() !== undefined) {
      this.unanswered.forgetAll();
      for (const { breaker } of this.watched) breaker.forgetCounts();
      return;
    }
    for (const missed of this.unanswered.takeOverdue(nowMs)) this.silent(missed, nowMs);
    for (const watched of this.watched) {
      watched.breaker.update(nowMs);
      this.publishState(watched);
      if (watched.breaker.isQueryDue(nowMs)) void this.query(watched);
    }
    if (nowMs - this.countedAtMs >= COUNT_EVERY_MS) void this.count();
  }

  private silent(missed: Silence, nowMs: number): void {
    const { queue, sagaId, sentAtMs } = missed;
    observeStep(missed, 'silent', nowMs - sentAtMs);
    this.byQueue.get(queue)?.breaker.silent(sagaId, sentAtMs, nowMs);
  }

  /** Counts the consumers, once at a time; it never rejects. */
  private count(): Promise<void> {
    this.counting ??= this.countOnce().finally(() => {
      this.counting = undefined;
      this.countedAtMs = performance.now();
    });
    return this.counting;
  }

  private async countOnce(): Promise<void> {
    const queues = this.watched.map(({ queue }) => queue);
    // A failed count changes nothing: the connections are watched elsewhere.
    const reading = this.options.readersOf(queues).catch(() => undefined);
    const counts = await inTime(COUNT_MS_MAX, reading);
    counts?.forEach((count, index) => {
      const watched = this.watched[index]!;
      watched.breaker.seen(count, performance.now());
      this.publishState(watched);
    });
  }

  private async query(watched: Watched): Promise<void> {
    if (watched.isQueried) return;
    watched.isQueried = true;
    try {
      await this.options.query(watched, QUERY_MS);
      watched.breaker.answeredQuery(performance.now());
      this.publishState(watched);
    } catch {
      // Still away; it is queried again.
    } finally {
      watched.isQueried = false;
    }
  }

  /** One line in the log, and one number in the metrics, for every change. */
  private publishState(watched: Watched): void {
    const { breaker, queue, known } = watched;
    const { state, why } = breaker;
    if (state === known) return;
    watched.known = state;
    breakerGauge.set({ queue }, GAUGE_OF[state]);
    const { logger } = this.options;
    if (state === 'open')
      logger.warn({ queue, why }, 'breaker open: new sagas that need it are refused');
    else if (state === 'half-open')
      logger.info({ queue }, 'breaker half-open: a few new sagas start');
    else logger.info({ queue }, 'breaker closed: new sagas start');
  }
}
