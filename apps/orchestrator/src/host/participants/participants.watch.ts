import type { ArrivedReply, OutgoingCommand, SagaDefinition } from '@backstitch/saga-engine';
import { Gauge, type Logger } from '@backstitch/service-kit';
import { inTime } from '../in-time.js';
import { Breaker, type BreakerSettings, type BreakerState } from './breaker.js';
import { signOf } from './participant-sign.js';
import { exposeUnanswered, observeStep } from './step-metrics.js';
import { type Silence, Unanswered } from './unanswered.js';

/** Somebody whom the saga needs, named as its caller may read it. */
export interface Participant {
  queue: string;
  /** For the caller: what it is that does not answer. */
  title: string;
  /** Asks it something that changes nothing; resolves when it answers, rejects when it does not. */
  ask(timeoutMs: number): Promise<unknown>;
}

export interface ParticipantWatchOptions {
  participants: readonly Participant[];
  /** Its steps say how long a reply may take. */
  definition: Pick<SagaDefinition, 'steps'>;
  /** How many consumers each queue has. */
  readersOf(queues: readonly string[]): Promise<number[]>;
  /** Why nothing can be said of anybody now: our own links to the broker are down. */
  whyBlind(): string | undefined;
  settings: BreakerSettings;
  logger: Logger;
}

const JUDGE_EVERY_MS = 250;
const LOOK_EVERY_MS = 1_000;
/** A look that takes longer says nothing. */
const LOOK_MS_MAX = 500;
/** Whoever is refused for want of readers has the queue looked at again, unless it just was. */
const FRESH_MS = 100;
const QUESTION_MS = 1_000;

const GAUGE_OF: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 };
const breakerGauge = new Gauge({
  name: 'participant_breaker',
  help: 'Whether checkouts are refused because this queue is not served: 0 no, 1 a few try, 2 yes',
  labelNames: ['queue'],
});

interface Watched extends Participant {
  breaker: Breaker;
  /** As it was logged last. */
  known: BreakerState;
  isAsked: boolean;
}

/**
 * Knows which participants can be relied on. What became of every command is told here; besides, it
 * looks who reads the queues, and asks those it has given up whether they are back.
 */
export class ParticipantWatch {
  private readonly options: ParticipantWatchOptions;
  private readonly watched: readonly Watched[];
  private readonly byQueue: ReadonlyMap<string, Watched>;
  private readonly commands: ReadonlyMap<string, { queue: string; replyTimeoutMs: number }>;
  private readonly unanswered = new Unanswered();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private lookedAtMs = -Infinity;

  constructor(options: ParticipantWatchOptions) {
    this.options = options;
    this.watched = options.participants.map((participant) => ({
      ...participant,
      breaker: new Breaker(options.settings),
      known: 'closed',
      isAsked: false,
    }));
    this.byQueue = new Map(this.watched.map((one) => [one.queue, one]));
    const commands = options.definition.steps.flatMap(({ do: first, undo }) =>
      undo ? [first, undo] : [first],
    );
    this.commands = new Map(commands.map((one) => [`${one.step}:${one.direction}`, one]));
    for (const { queue } of this.watched) breakerGauge.set({ queue }, GAUGE_OF.closed);
  }

  /** Tells of itself under /metrics; once a process. */
  expose(): this {
    exposeUnanswered(this.unanswered, [...this.byQueue.keys()]);
    return this;
  }

  start(): void {
    this.timer = setInterval(() => this.judge(), JUDGE_EVERY_MS);
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
    this.tell(watched);
  }

  replied(reply: ArrivedReply): void {
    const nowMs = performance.now();
    const sentAtMs = this.unanswered.answered(reply);
    if (sentAtMs !== undefined) observeStep(reply, reply.outcome.kind, nowMs - sentAtMs);
    const queue = this.commands.get(`${reply.step}:${reply.direction}`)?.queue;
    const watched = queue === undefined ? undefined : this.byQueue.get(queue);
    if (!watched) return;
    const sign = signOf(reply);
    if (sign === 'serves') watched.breaker.served(nowMs);
    else if (sign === 'cannot') watched.breaker.fault(reply.sagaId, nowMs);
    this.tell(watched);
  }

  /** Whom a checkout that begins now would wait for in vain; undefined when it may begin. */
  async whoIsAway(): Promise<Participant | undefined> {
    if (this.watched.every(({ breaker }) => breaker.state === 'closed')) return undefined;
    await this.lookAfresh();
    const nowMs = performance.now();
    // Nobody tries one participant while another one is known to be away.
    const away = this.watched.find(({ breaker }) => breaker.state === 'open');
    return away ?? this.watched.find(({ breaker }) => !breaker.admits(nowMs));
  }

  private async lookAfresh(): Promise<void> {
    const isUnread = ({ breaker }: Watched) => breaker.state === 'open' && breaker.isUnread;
    if (!this.watched.some(isUnread)) return;
    if (performance.now() - this.lookedAtMs < FRESH_MS) return;
    await this.look();
  }

  private judge(): void {
    const nowMs = performance.now();
    if (this.options.whyBlind() !== undefined) {
      this.unanswered.forgetAll();
      for (const { breaker } of this.watched) breaker.lostSight();
      return;
    }
    for (const missed of this.unanswered.takeOverdue(nowMs)) this.silent(missed, nowMs);
    for (const watched of this.watched) {
      watched.breaker.judge(nowMs);
      this.tell(watched);
      if (watched.breaker.isQuestionDue(nowMs)) void this.ask(watched);
    }
    if (nowMs - this.lookedAtMs >= LOOK_EVERY_MS) void this.look();
  }

  private silent(missed: Silence, nowMs: number): void {
    const { queue, sagaId, sentAtMs } = missed;
    observeStep(missed, 'silent', nowMs - sentAtMs);
    this.byQueue.get(queue)?.breaker.silent(sagaId, sentAtMs, nowMs);
  }

  /** One look at a time, whoever wants one; it never rejects. */
  private look(): Promise<void> {
    this.looking ??= this.lookOnce().finally(() => {
      this.looking = undefined;
      this.lookedAtMs = performance.now();
    });
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    const queues = this.watched.map(({ queue }) => queue);
    // Not to be told is no news: the links have watchers of their own.
    const reading = this.options.readersOf(queues).catch(() => undefined);
    const counts = await inTime(LOOK_MS_MAX, reading);
    counts?.forEach((count, index) => {
      const watched = this.watched[index]!;
      watched.breaker.seen(count, performance.now());
      this.tell(watched);
    });
  }

  private async ask(watched: Watched): Promise<void> {
    if (watched.isAsked) return;
    watched.isAsked = true;
    try {
      await watched.ask(QUESTION_MS);
      watched.breaker.answeredQuestion(performance.now());
      this.tell(watched);
    } catch {
      // Still away; it is asked again.
    } finally {
      watched.isAsked = false;
    }
  }

  /** One line in the log, and one number in the metrics, for every change. */
  private tell(watched: Watched): void {
    const { breaker, queue, known } = watched;
    const { state, why } = breaker;
    if (state === known) return;
    watched.known = state;
    breakerGauge.set({ queue }, GAUGE_OF[state]);
    const { logger } = this.options;
    if (state === 'open') logger.warn({ queue, why }, 'breaker open: new checkouts are refused');
    else if (state === 'half-open') logger.info({ queue }, 'breaker half-open: a few may try');
    else logger.info({ queue }, 'breaker closed: new checkouts are taken');
  }
}
