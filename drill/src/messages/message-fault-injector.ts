import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type ConfirmChannel, type ConsumeMessage, connect, type Options } from 'amqplib';
import type { Random } from '../site/random.js';
import type { MessageFault } from './message-fault.js';

export interface InjectorPlan {
  url: string;
  queues: readonly string[];
  fault: MessageFault;
  random: Random;
  /** Ends every holding back. */
  stopping?: AbortSignal;
}

interface Taken {
  queue: string;
  message: ConsumeMessage;
}

/** At most so many messages of a queue are unacknowledged here; the apps get the rest. */
const PREFETCH = 60;

/**
 * Consumes the queues beside the apps and applies a fault to its share of their messages. What it
 * puts back is as it came, byte for byte and property for property. A message is acknowledged only
 * once that is confirmed, so none is lost that the fault does not drop. No message is taken twice.
 */
export class MessageFaultInjector {
  /** Messages that the fault was applied to. */
  injected = 0;
  private gathered: Taken[] = [];
  private gathering: NodeJS.Timeout | undefined;
  private readonly known = new Set<string>();
  private readonly underWay = new Set<Promise<void>>();
  private readonly consumers: string[] = [];

  private constructor(
    private readonly plan: InjectorPlan,
    private readonly channel: ConfirmChannel,
    private readonly closeConnection: () => Promise<void>,
  ) {}

  static async start(plan: InjectorPlan): Promise<MessageFaultInjector> {
    const connection = await connect(plan.url, {
      noDelay: true,
      clientProperties: { connection_name: 'message fault injector' },
    });
    connection.on('error', () => undefined); // the broker then delivers what is unacknowledged to the apps
    try {
      const channel = await connection.createConfirmChannel();
      channel.on('error', () => undefined);
      await channel.prefetch(PREFETCH);
      const injector = new MessageFaultInjector(plan, channel, () => connection.close());
      for (const queue of plan.queues) await injector.attach(queue);
      return injector;
    } catch (error) {
      await connection.close().catch(() => undefined); // what it has taken is delivered to the apps
      throw error;
    }
  }

  /** Takes no more, puts back what it has, and closes. Harmless when its connection was lost. */
  async stop(): Promise<void> {
    try {
      for (const tag of this.consumers) await this.channel.cancel(tag);
      this.applyToGathered();
      while (this.underWay.size > 0) await Promise.all(this.underWay);
      await this.channel.close(); // the connection's own end would overtake the last acks
      await this.closeConnection();
    } catch {
      // The broker keeps what was not acknowledged, and gives it to others.
    }
  }

  private async attach(queue: string): Promise<void> {
    const { consumerTag } = await this.channel.consume(queue, (message) => {
      if (message) this.take({ queue, message });
    });
    this.consumers.push(consumerTag);
  }

  private take(taken: Taken): void {
    const { fault } = this.plan;
    const mark = fingerprint(taken);
    if (this.known.has(mark)) return this.track(this.putBack([taken], [taken]));
    this.known.add(mark);
    this.gathered.push(taken);
    if (this.gathered.length >= fault.gather) this.applyToGathered();
    else this.gathering ??= setTimeout(() => this.applyToGathered(), fault.gatherMs);
  }

  private applyToGathered(): void {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    const taken = this.gathered;
    this.gathered = [];
    if (taken.length > 0) this.track(this.apply(taken));
  }

  private async apply(taken: readonly Taken[]): Promise<void> {
    const { fault, random, stopping } = this.plan;
    this.injected += taken.length;
    if (fault.holdMs > 0) {
      await pause(fault.holdMs, undefined, stopping && { signal: stopping }).catch(() => undefined);
    }
    await this.putBack(fault.apply(taken, random), taken);
  }

  /** Acknowledges what was taken only once all of it is back. */
  private async putBack(messages: readonly Taken[], taken: readonly Taken[]): Promise<void> {
    try {
      await Promise.all(messages.map((each) => this.publish(each)));
    } catch {
      this.settle(taken, (message) => this.channel.nack(message));
      return;
    }
    this.settle(taken, (message) => this.channel.ack(message));
  }

  private publish({ queue, message }: Taken): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error: Error | null): void => (error ? reject(error) : resolve());
      this.channel.sendToQueue(queue, message.content, asItCame(message), done);
    });
  }

  /** On a channel that is gone there is nothing to settle: the messages are the broker's again. */
  private settle(taken: readonly Taken[], settleOne: (message: ConsumeMessage) => void): void {
    try {
      for (const { message } of taken) settleOne(message);
    } catch {
      // See above.
    }
  }

  private track(work: Promise<void>): void {
    this.underWay.add(work);
    void work.finally(() => this.underWay.delete(work));
  }
}

function asItCame({ properties }: ConsumeMessage): Options.Publish {
  const set = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Options.Publish;
}

/** The same for a message and its copies. */
function fingerprint({ queue, message }: Taken): string {
  const { correlationId, messageId } = message.properties;
  return createHash('sha1')
    .update(JSON.stringify([queue, correlationId, messageId]))
    .update(message.content)
    .digest('base64');
}
