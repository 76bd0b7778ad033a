import { type CommandPacket, deadLetterQueueOf } from '@backstitch/shared-types';
import type { Broker } from './broker.js';
import { sendDurably } from './durable-send.js';
import { type HandlerRun, runWithDeadline } from './handler-run.js';
import type { IntakePause } from './intake-pause.js';
import { carriedProperties, deadLetterHeaders, RETRIES_HEADER } from './message-headers.js';
import { retryDecision } from './one-shot-retry.js';
import { encodeReply, type Outcome } from './outcome.js';
import type { ReadPacket } from './packet.js';
import type { PublishProperties, PublishResult } from './publisher.js';
import { idOf, type Parcel } from './unpack.js';
import { pause } from './waiting.js';

export interface PacketDeskOptions {
  broker: Broker;
  queue: string;
  handlerDeadlineMs: number;
  /** Handlers past their deadline that may go on beside the prefetch; more hold back the intake. */
  overdueMax: number;
  intake: IntakePause;
  /** The handler of the packet's pattern, or undefined when nobody serves it. */
  handlerOf(packet: CommandPacket): (() => Promise<unknown>) | undefined;
}

/** What happens to one packet between its arrival and its acknowledgement. */
export class PacketDesk {
  private overdue = 0;

  constructor(private readonly options: PacketDeskOptions) {}

  /**
   * Resolves to true when the packet may be acknowledged: its effect is committed and somebody
   * else (the asker, the queue, the dead letters) has what follows from it. False when the delivery
   * was taken from us, and will come again.
   */
  async serve(parcel: Parcel): Promise<boolean> {
    const { read } = parcel;
    if ('unreadable' in read) return this.settle(parcel, { kind: 'unreadable', ...read });
    const { packet } = read;
    const handler = this.options.handlerOf(packet);
    if (!handler) {
      const message = `nobody serves the pattern ${packet.pattern}`;
      const unreadable = { reason: 'UNKNOWN_PATTERN' as const, message };
      return this.settle(parcel, { kind: 'unreadable', unreadable });
    }
    const run = runWithDeadline(handler, this.options.handlerDeadlineMs);
    const outcome = await run.answer;
    const settled = await this.settle(parcel, outcome);
    if (isOverdue(outcome)) await this.makeRoom(run, packet);
    return settled;
  }

  private async settle(parcel: Parcel, outcome: Outcome): Promise<boolean> {
    this.note(parcel, outcome);
    if (outcome.kind === 'fault') this.options.intake.consider(outcome.bug ?? outcome.fault);
    const { reached } = this.options.broker;
    const committed = outcome.kind === 'done' || outcome.kind === 'rejected';
    if (reached && committed) await reached('participant.after-commit-before-reply');
    if (outcome.kind === 'unreadable') {
      const { reason, message } = outcome.unreadable;
      if (!(await this.bury(parcel, reason, message))) return false;
    }
    if (parcel.properties.replyTo) return this.reply(parcel, outcome);
    return outcome.kind === 'fault' ? this.putBack(parcel, outcome.fault) : true;
  }

  private async reply(parcel: Parcel, outcome: Outcome): Promise<boolean> {
    const { broker, queue } = this.options;
    const { body, bug } = encodeReply(outcome, idOf(parcel.read));
    if (bug !== undefined) {
      broker.counters.bugs += 1;
      broker.logger.error({ queue, ...traceOf(parcel.read), err: bug }, 'reply cannot be encoded');
    }
    const result = await sendDurably({
      publish: () => this.publishReply(parcel, body),
      isOurs: () => parcel.isOurs(),
    });
    // Nobody reads there any more; whoever still wants the answer asks again.
    if (result === 'unroutable') broker.counters.repliesUnroutable += 1;
    return result !== 'given-up';
  }

  /** Whoever asked singly is answered singly, and who asked in a frame is answered in frames. */
  private publishReply({ properties, isFramed }: Parcel, body: Buffer): Promise<PublishResult> {
    const { publisher, frames } = this.options.broker;
    const { replyTo, correlationId } = properties as { replyTo: string; correlationId?: string };
    if (isFramed) return frames.publish({ queue: replyTo, body, mayBePlain: false });
    return publisher.publish(replyTo, body, {
      contentType: 'application/json',
      ...(correlationId === undefined ? {} : { correlationId }),
    });
  }

  /** A failed message that nobody waits for: put back three times, then kept as a dead letter. */
  private async putBack(
    parcel: Parcel,
    fault: { message: string; code: string; retryable: boolean },
  ) {
    const { broker, queue, intake } = this.options;
    const decision = fault.retryable ? retryDecision(parcel.properties.headers) : 'exhausted';
    // What fails because the intake is paused has not used up a retry of its own.
    const spared = intake.isPaused;
    if (decision === 'exhausted' && !spared) {
      return this.bury(parcel, fault.code, fault.message);
    }
    if (spared) await intake.open();
    else if (decision !== 'exhausted') await pause(decision.afterMs);
    if (!parcel.isOurs()) return false;
    const carried = carriedProperties(parcel.properties);
    if (!spared && decision !== 'exhausted') {
      carried.headers[RETRIES_HEADER] = decision.retry;
      broker.counters.oneShotRetries += 1;
    }
    return this.keep(parcel, queue, { ...carried });
  }

  private async bury(parcel: Parcel, reason: string, message: string): Promise<boolean> {
    const { broker, queue } = this.options;
    const { read, properties } = parcel;
    const { pattern, saga } = 'packet' in read ? read.packet : read.unreadable;
    const why = { reason, message, queue, pattern, saga, messageId: properties.messageId };
    const carried = carriedProperties(properties);
    const headers = { ...carried.headers, ...deadLetterHeaders(why) };
    const kept = await this.keep(parcel, deadLetterQueueOf(queue), { ...carried, headers });
    if (!kept) return false;
    broker.counters.deadLettered += 1;
    broker.logger.warn({ queue, reason, ...traceOf(read), why: message }, 'dead-lettered');
    return true;
  }

  /** Its own bytes into a queue of ours; false when it was taken from us before they were there. */
  private async keep(
    parcel: Parcel,
    queue: string,
    properties: PublishProperties,
  ): Promise<boolean> {
    const { publisher } = this.options.broker;
    const sent = await sendDurably({
      publish: () => publisher.publish(queue, parcel.body, properties),
      declareAgain: () => publisher.declareAgain(),
      isOurs: () => parcel.isOurs(),
    });
    return sent !== 'given-up';
  }

  /**
   * A handler past its deadline has been answered, so its message may go: otherwise a few that hang
   * would use up the prefetch. But only so many may go on unseen: past that they hold their place,
   * and the intake with it, instead of filling the memory.
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

  private note(parcel: Parcel, outcome: Outcome): void {
    const { broker, queue } = this.options;
    const { counters, logger } = broker;
    if (outcome.kind === 'done') counters.commandsDone += 1;
    else if (outcome.kind === 'rejected') counters.commandsRejected += 1;
    if (outcome.kind !== 'fault') return;
    counters.commandsFaulted += 1;
    if (isOverdue(outcome)) counters.handlerDeadlines += 1;
    const fields = { queue, ...traceOf(parcel.read) };
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

/** What ties a log line to its checkout. */
function traceOf(read: ReadPacket): object {
  const { pattern, saga } = 'packet' in read ? read.packet : read.unreadable;
  const data =
    'packet' in read ? (read.packet.data as { orderId?: unknown } | undefined) : undefined;
  const { sagaId, step, attempt, requestId } = saga ?? {};
  // It is not validated yet, and whatever it is, the line stays one line of a line's length.
  const orderId = typeof data?.orderId === 'string' ? data.orderId.slice(0, 100) : undefined;
  return { pattern, sagaId, step, attempt, requestId, orderId };
}
