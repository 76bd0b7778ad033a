import type { CommandPacket, Fault } from '@backstitch/shared-types';
import type { Broker } from '../connection/broker.js';
import { UNSERVED } from '../connection/broker-observer.js';
import { DeadLettering } from '../dead-letter/dead-lettering.js';
import { Deadlines } from './deadlines.js';
import { sendDurably } from '../publish/durable-send.js';
import { type HandlerRun, runWithDeadline } from './handler-run.js';
import type { ConsumerPause } from './consumer-pause.js';
import { requeue } from '../dead-letter/requeue.js';
import { carriedProperties, RETRIES_HEADER } from '../dead-letter/message-headers.js';
import { type RetryDecision, retryDecision } from '../dead-letter/one-shot-retry.js';
import { encodeReply, type Outcome } from './outcome.js';
import type { ConcurrencyLimiter } from './concurrency-limiter.js';
import type { PublishResult } from '../publish/publisher.js';
import { traceOf } from './trace.js';
import { idOf, type InboundCommand } from '../batch/unpack.js';
import { pause } from '../connection/waiting.js';

export interface CommandProcessorOptions {
  broker: Broker;
  queue: string;
  handlerDeadlineMs: number;
  /** Handlers past their deadline that may go on beside the prefetch; more pause the consumer. */
  overdueMax: number;
  consumerPause: ConsumerPause;
  /** Through which handlers are let. */
  limiter: ConcurrencyLimiter;
  /** Whether commands of this pattern are refused when they name no saga. */
  needsSaga(pattern: string): boolean;
  /** The handler of the packet's pattern, or undefined when nobody serves it. */
  handlerOf(packet: CommandPacket): (() => Promise<unknown>) | undefined;
}

/** A reply that its queue refuses so often is given up. */
const REPLY_TRIES = 5;
/** So is one that its queue is silent about for as long as anybody waits for one (a payment's). */
const REPLY_SILENT_MS = 5_000;

/** Of what failed and nobody waits for; `spared` has used up no retry of its own. */
type NextTry = RetryDecision | 'spared';

interface Served {
  outcome: Outcome;
  nextTry: NextTry | undefined;
  /** When a handler that goes on past its deadline no longer holds its place. */
  madeRoom: Promise<void>;
}

/** What happens to one packet between its arrival and its acknowledgement. */
export class CommandProcessor {
  private overdue = 0;
  private readonly dead: DeadLettering;
  private readonly deadlines: Deadlines;
  private readonly patience = { tries: REPLY_TRIES, silence: new Deadlines(REPLY_SILENT_MS) };

  constructor(private readonly options: CommandProcessorOptions) {
    this.dead = new DeadLettering(options);
    this.deadlines = new Deadlines(options.handlerDeadlineMs);
  }

  /**
   * Resolves to true when the packet may be acknowledged: its effect is committed and somebody
   * else (the asker, the queue, the dead letters) has what follows from it. False when the delivery
   * will come again: it was taken from us, or `mayBegin` says no when the packet's turn has come.
   */
  async serve(inbound: InboundCommand, mayBegin: () => boolean): Promise<boolean> {
    const { consumerPause, limiter } = this.options;
    const arrivedMs = performance.now();
    const leave = await limiter.enter();
    const { broker, queue } = this.options;
    broker.observer?.waited(queue, performance.now() - arrivedMs);
    let served: Served;
    let isOurs: boolean;
    try {
      // What was let in before the pause would only fail as the one did that brought it about.
      if (consumerPause.isPaused) await consumerPause.open();
      if (!mayBegin()) {
        leave();
        return false;
      }
      served = await this.run(inbound);
      // From its place: what nobody can serve takes no time, and may come by the thousand.
      isOurs = await this.deadLetterHopeless(inbound, served);
    } catch (error) {
      leave();
      throw error;
    }
    // The place is not for the reply: an asker who takes none is to hold up nobody else.
    void served.madeRoom.then(leave);
    const settled = isOurs && (await this.settle(inbound, served));
    await served.madeRoom;
    return settled;
  }

  private async run(inbound: InboundCommand): Promise<Served> {
    const { read } = inbound;
    if ('unreadable' in read) {
      this.observe(UNSERVED, 'unreadable', 0);
      return this.served(inbound, { kind: 'unreadable', ...read });
    }
    const { packet } = read;
    const handler = this.options.handlerOf(packet);
    if (!handler) {
      const message = `nobody serves the pattern ${packet.pattern}`;
      const unreadable = { reason: 'UNKNOWN_PATTERN' as const, message };
      this.observe(UNSERVED, 'unreadable', 0);
      return this.served(inbound, { kind: 'unreadable', unreadable });
    }
    if (!packet.saga && this.options.needsSaga(packet.pattern)) {
      const message = `${packet.pattern} names no saga, and this service takes none without (COMMANDS=strict)`;
      const unreadable = { reason: 'SAGA_REQUIRED' as const, message };
      this.observe(packet.pattern, 'unreadable', 0);
      return this.served(inbound, { kind: 'unreadable', unreadable });
    }
    const beganMs = performance.now();
    const run = runWithDeadline(handler, this.deadlines);
    const outcome = await run.answer;
    this.observe(packet.pattern, outcome.kind, performance.now() - beganMs);
    const madeRoom = isOverdue(outcome) ? this.makeRoom(run, packet) : undefined;
    return this.served(inbound, outcome, madeRoom);
  }

  private observe(pattern: string, outcome: Outcome['kind'], ms: number): void {
    const { broker, queue } = this.options;
    broker.observer?.served(queue, pattern, outcome, ms);
  }

  /** Noted while the place is held: a pause that it brings about is there before the next begins. */
  private served(inbound: InboundCommand, outcome: Outcome, madeRoom = Promise.resolve()): Served {
    this.note(inbound, outcome);
    if (outcome.kind !== 'fault') return { outcome, nextTry: undefined, madeRoom };
    this.options.consumerPause.consider(outcome.bug ?? outcome.fault);
    return { outcome, nextTry: this.nextTryOf(inbound, outcome.fault), madeRoom };
  }

  private nextTryOf({ properties }: InboundCommand, { retryable }: Fault): NextTry | undefined {
    if (properties.replyTo) return undefined;
    // What fails because the consumer is paused would have failed whatever it is.
    if (this.options.consumerPause.isPaused) return 'spared';
    return retryable ? retryDecision(properties.headers) : 'exhausted';
  }

  /** What nobody will ever serve becomes a dead letter. False when it was taken from us before. */
  private async deadLetterHopeless(
    inbound: InboundCommand,
    { outcome, nextTry }: Served,
  ): Promise<boolean> {
    if (outcome.kind === 'unreadable') {
      const { reason, message } = outcome.unreadable;
      return this.dead.deadLetter(inbound, reason, message);
    }
    if (outcome.kind !== 'fault' || nextTry !== 'exhausted') return true;
    return this.dead.deadLetter(inbound, outcome.fault.code, outcome.fault.message);
  }

  private async settle(inbound: InboundCommand, { outcome, nextTry }: Served): Promise<boolean> {
    const { reached } = this.options.broker;
    const committed = outcome.kind === 'done' || outcome.kind === 'rejected';
    if (reached && committed) await reached('participant.after-commit-before-reply');
    if (inbound.properties.replyTo) return this.reply(inbound, outcome);
    const isSettled = nextTry === undefined || nextTry === 'exhausted';
    return isSettled ? true : this.putBack(inbound, nextTry);
  }

  private async reply(inbound: InboundCommand, outcome: Outcome): Promise<boolean> {
    const { broker, queue } = this.options;
    const { body, bug } = encodeReply(outcome, idOf(inbound.read));
    if (bug !== undefined) {
      broker.counters.bugs += 1;
      broker.logger.error({ queue, ...traceOf(inbound.read), err: bug }, 'reply cannot be encoded');
    }
    const result = await sendDurably({
      publish: () => this.publishReply(inbound, body),
      isOurs: () => inbound.isOurs(),
      patience: this.patience,
    });
    if (result === 'untaken') {
      const fields = {
        queue,
        ...traceOf(inbound.read),
        replyTo: inbound.properties.replyTo as string,
      };
      broker.logger.warn(fields, 'reply was not taken by its queue; given up');
    }
    // Nobody reads there any more, or nobody can; whoever still wants the answer asks again.
    if (result === 'unroutable' || result === 'untaken') broker.counters.repliesUnroutable += 1;
    return result !== 'given-up';
  }

  /** Whoever asked singly is answered singly, and who asked in a batch is answered in batches. */
  private publishReply(
    { properties, isBatched }: InboundCommand,
    body: Buffer,
  ): Promise<PublishResult> {
    const { publisher, batches } = this.options.broker;
    const { replyTo, correlationId } = properties as { replyTo: string; correlationId?: string };
    if (isBatched) return batches.publish({ queue: replyTo, body, mayBePlain: false });
    return publisher.publish(replyTo, body, {
      contentType: 'application/json',
      ...(correlationId === undefined ? {} : { correlationId }),
    });
  }

  /** A failed message that nobody waits for: put back three times, then kept as a dead letter. */
  private async putBack(
    inbound: InboundCommand,
    next: Exclude<NextTry, 'exhausted'>,
  ): Promise<boolean> {
    const { broker, queue, consumerPause } = this.options;
    if (next === 'spared') await consumerPause.open();
    else await pause(next.afterMs);
    if (!inbound.isOurs()) return false;
    const carried = carriedProperties(inbound.properties);
    if (next !== 'spared') {
      carried.headers[RETRIES_HEADER] = next.retry;
      broker.counters.oneShotRetries += 1;
    }
    return requeue(queue, inbound, { ...carried }, broker);
  }

  /**
   * A handler past its deadline has been answered, so its message may go: otherwise a few that hang
   * would use up the prefetch. But only so many may go on unseen: past that they hold their place,
   * and the consumer with it, instead of filling the memory.
   */
  private async makeRoom(run: HandlerRun, packet: CommandPacket): Promise<void> {
    this.overdue += 1;
    const ended = run.ended.then((outcome) => {
      this.overdue -= 1;
      const { broker, queue } = this.options;
      const fields = { queue, ...traceOf({ packet }), outcome: outcome.kind };
      broker.logger.warn(fields, 'handler ended after its deadline');
    });
    if (this.overdue > this.options.overdueMax) await ended;
  }

  private note(inbound: InboundCommand, outcome: Outcome): void {
    const { broker, queue } = this.options;
    const { counters, logger } = broker;
    if (outcome.kind === 'done') counters.commandsDone += 1;
    else if (outcome.kind === 'rejected') counters.commandsRejected += 1;
    if (outcome.kind !== 'fault') return;
    counters.commandsFaulted += 1;
    if (isOverdue(outcome)) counters.handlerDeadlines += 1;
    const fields = { queue, ...traceOf(inbound.read) };
    if (outcome.bug === undefined) {
      const { code, message } = outcome.fault;
      logger.warn({ ...fields, code, why: message }, 'command faulted');
    } else {
      counters.bugs += 1;
      logger.error({ ...fields, err: outcome.bug }, 'handler threw what is no Fault: a bug');
    }
  }
}

function isOverdue(outcome: Outcome): boolean {
  return outcome.kind === 'fault' && outcome.fault.code === 'HANDLER_DEADLINE';
}
