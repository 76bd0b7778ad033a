import type { MessageProperties } from 'amqplib';
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
import type { CommandTrouble } from './command-trouble.js';
import { encodeReply, type Outcome } from './outcome.js';
import type { ConcurrencyLimiter } from './concurrency-limiter.js';
import type { PublishResult } from '../publish/publisher.js';
import { traceOf } from './trace.js';
import type { Unreadable } from '../batch/packet.js';
import { idOf, type InboundCommand } from '../batch/unpack.js';
import { pause } from '../connection/waiting.js';

export interface CommandProcessorOptions {
  broker: Broker;
  queue: string;
  handlerDeadlineMs: number;
  /** The maximum number of handlers that run past their deadline without occupying the prefetch. */
  overdueMax: number;
  consumerPause: ConsumerPause;
  /** Limits how many handlers run at once. */
  limiter: ConcurrencyLimiter;
  /** Whether commands of this pattern are refused when they name no saga. */
  needsSaga(pattern: string): boolean;
  /** Whether commands of this pattern are taken from this user of the broker. */
  acceptsSender(pattern: string, userId: string | undefined): boolean;
  /** The handler for the pattern of the command; undefined when there is none. */
  handlerOf(packet: CommandPacket): (() => Promise<unknown>) | undefined;
  /** Trouble on purpose. */
  trouble?: CommandTrouble | undefined;
}

/** A reply is dropped after so many refusals by its queue. */
const REPLY_REFUSALS_MAX = 5;
/**
 * A reply is dropped after so much time without a confirm: no sender waits longer (payments wait
 * longest).
 */
const REPLY_SILENT_MS = 5_000;

/** The next attempt of a failed command without a reply queue; `uncounted` uses no retry. */
type NextTry = RetryDecision | 'uncounted';

interface Served {
  outcome: Outcome;
  nextTry: NextTry | undefined;
  /** Resolves when the place in the prefetch is free: at once, or when an overdue handler ends. */
  placeFree: Promise<void>;
}

/** Processes one command from its arrival to its acknowledgement. */
export class CommandProcessor {
  private overdue = 0;
  private readonly dead: DeadLettering;
  private readonly deadlines: Deadlines;
  private readonly replyLimits = {
    refusalsMax: REPLY_REFUSALS_MAX,
    silence: new Deadlines(REPLY_SILENT_MS),
  };

  constructor(private readonly options: CommandProcessorOptions) {
    this.dead = new DeadLettering(options);
    this.deadlines = new Deadlines(options.handlerDeadlineMs);
  }

  /**
   * Resolves to true when the command may be acknowledged: its effect is committed, and the reply,
   * the requeued message or the dead letter is confirmed. False when the broker will deliver it
   * again: its channel was closed, or `mayBegin` returned false when its turn came.
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
      // Commands that passed the limiter before the pause would only fail like the one that caused
      // it.
      if (consumerPause.isPaused) await consumerPause.open();
      if (!mayBegin()) {
        leave();
        return false;
      }
      served = await this.run(inbound);
      // The place is still occupied here: unservable commands cost no time and may arrive by the
      // thousand.
      isOurs = await this.deadLetterUnservable(inbound, served);
    } catch (error) {
      leave();
      throw error;
    }
    // The place is free before the reply is confirmed: a slow reply queue must not delay other
    // commands.
    void served.placeFree.then(leave);
    const settled = isOurs && (await this.settle(inbound, served));
    await served.placeFree;
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
      const message = `no handler serves the pattern ${packet.pattern}`;
      const unreadable = { reason: 'UNKNOWN_PATTERN' as const, message };
      this.observe(UNSERVED, 'unreadable', 0);
      return this.served(inbound, { kind: 'unreadable', unreadable });
    }
    const refused = this.refusalOf(packet, inbound.properties);
    if (refused) {
      this.observe(packet.pattern, 'unreadable', 0);
      return this.served(inbound, { kind: 'unreadable', unreadable: refused });
    }
    const beganMs = performance.now();
    const { trouble } = this.options;
    const run = runWithDeadline(trouble ? trouble.around(handler) : handler, this.deadlines);
    const outcome = await run.answer;
    this.observe(packet.pattern, outcome.kind, performance.now() - beganMs);
    const placeFree = isOverdue(outcome) ? this.placeOfOverdue(run, packet) : undefined;
    return this.served(inbound, outcome, placeFree);
  }

  /** Why a command of this sender is refused before anything is done; undefined: it is served. */
  private refusalOf(
    { pattern, saga }: CommandPacket,
    properties: MessageProperties,
  ): Unreadable | undefined {
    if (!saga && this.options.needsSaga(pattern)) {
      const message = `${pattern} names no saga, and this service requires one (COMMANDS=strict)`;
      return { reason: 'SAGA_REQUIRED', message };
    }
    const userId: unknown = properties.userId;
    const sender = typeof userId === 'string' ? userId : undefined;
    if (this.options.acceptsSender(pattern, sender)) return undefined;
    const from = sender === undefined ? 'names no user' : `comes from the user ${sender}`;
    const message = `${pattern} ${from}, and this service does not take it (COMMANDS=strict)`;
    return { reason: 'SENDER_REFUSED', message };
  }

  private observe(pattern: string, outcome: Outcome['kind'], ms: number): void {
    const { broker, queue } = this.options;
    broker.observer?.served(queue, pattern, outcome, ms);
  }

  /**
   * The place is still occupied here, so a pause that this outcome causes begins before the next
   * command.
   */
  private served(inbound: InboundCommand, outcome: Outcome, placeFree = Promise.resolve()): Served {
    this.note(inbound, outcome);
    if (outcome.kind !== 'fault') return { outcome, nextTry: undefined, placeFree };
    this.options.consumerPause.consider(outcome.bug ?? outcome.fault);
    return { outcome, nextTry: this.nextTryOf(inbound, outcome.fault), placeFree };
  }

  private nextTryOf({ properties }: InboundCommand, { retryable }: Fault): NextTry | undefined {
    if (properties.replyTo) return undefined;
    // A failure during a pause does not count as a retry.
    if (this.options.consumerPause.isPaused) return 'uncounted';
    return retryable ? retryDecision(properties.headers) : 'exhausted';
  }

  /** Dead-letters a command that can never be served. False when its channel was closed before. */
  private async deadLetterUnservable(
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
    if (inbound.properties.replyTo)
      return committed && this.options.trouble?.dropsReply() ? true : this.reply(inbound, outcome);
    const isSettled = nextTry === undefined || nextTry === 'exhausted';
    return isSettled ? true : this.requeueLater(inbound, nextTry);
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
      limits: this.replyLimits,
    });
    if (result === 'not-accepted') {
      const fields = {
        queue,
        ...traceOf(inbound.read),
        replyTo: inbound.properties.replyTo as string,
      };
      broker.logger.warn(fields, 'reply was not accepted by its queue; dropped');
    }
    // The reply queue is gone or not usable. The sender repeats its command if it still needs the
    // answer.
    if (result === 'unroutable' || result === 'not-accepted')
      broker.counters.repliesUnroutable += 1;
    return result !== 'abandoned';
  }

  /** A single command gets a single reply; commands of a batch get batches. */
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

  /** Requeues a failed command without a reply queue, up to three times. */
  private async requeueLater(
    inbound: InboundCommand,
    next: Exclude<NextTry, 'exhausted'>,
  ): Promise<boolean> {
    const { broker, queue, consumerPause } = this.options;
    if (next === 'uncounted') await consumerPause.open();
    else await pause(next.afterMs);
    if (!inbound.isOurs()) return false;
    const carried = carriedProperties(inbound.properties);
    if (next !== 'uncounted') {
      carried.headers[RETRIES_HEADER] = next.retry;
      broker.counters.oneShotRetries += 1;
    }
    return requeue(queue, inbound, { ...carried }, broker);
  }

  /**
   * A command past its deadline was answered, so its message is acknowledged. Otherwise a few
   * hanging handlers would occupy the whole prefetch. But only `overdueMax` of them may run in the
   * background. Further ones keep their place, so the consumer stops instead of filling the memory.
   */
  private async placeOfOverdue(run: HandlerRun, packet: CommandPacket): Promise<void> {
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
      logger.error(
        { ...fields, err: outcome.bug },
        'handler threw an error that is not a Fault: a bug',
      );
    }
  }
}

function isOverdue(outcome: Outcome): boolean {
  return outcome.kind === 'fault' && outcome.fault.code === 'HANDLER_DEADLINE';
}
