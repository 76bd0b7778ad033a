import type { Broker } from '../connection/broker.js';
import { BrokerUnavailable } from '../connection/errors.js';
import { answered } from '../connection/waiting.js';
import { publishConfirmed } from './confirmed-publish.js';
import type { DeadLetter } from './dead-letter.js';
import { DeadLetterConsumer, type DeadLetterConsumerOptions } from './dead-letter-consumer.js';
import { propertiesBeforeDeath } from './message-headers.js';

export interface DeadLetterQueuesOptions {
  readonly broker: Broker;
  /** How long an answer of the broker is waited for [10,000]. */
  readonly answerMs?: number;
}

/**
 * A broker in a memory alarm answers nothing on a connection that has published, and a queue without
 * a majority confirms nothing.
 */
const ANSWER_MS = 10_000;

/** The dead-letter queues: messages are taken out of them, and published to where they died. */
export class DeadLetterQueues {
  private readonly broker: Broker;
  private readonly answerMs: number;

  constructor(options: DeadLetterQueuesOptions) {
    this.broker = options.broker;
    this.answerMs = options.answerMs ?? ANSWER_MS;
  }

  /** Consumes the messages of the dead-letter queue of a command queue, once it is started. */
  consumer(
    queue: string,
    options: Omit<DeadLetterConsumerOptions, 'broker' | 'queue' | 'answerMs'>,
  ): DeadLetterConsumer {
    const { broker, answerMs } = this;
    return new DeadLetterConsumer({ ...options, broker, queue, answerMs });
  }

  /**
   * Publishes what came before it died, byte for byte, to the queue it died in. Resolves once the
   * broker has it. Throws BrokerUnavailable when nothing was published, ConfirmLost when that is not known.
   */
  async replay({ queue, body, properties }: DeadLetter): Promise<void> {
    const { broker, answerMs } = this;
    const message = { queue, body, properties: propertiesBeforeDeath(properties) };
    let result = await publishConfirmed(broker, message, answerMs);
    if (result === 'unroutable') {
      const declaring = broker.publisher.declareAgain();
      await answered(answerMs, declaring, (why) => new BrokerUnavailable(why));
      result = await publishConfirmed(broker, message, answerMs);
    }
    if (result === 'unroutable') throw new BrokerUnavailable(`there is no queue ${queue}`);
    await broker.reached?.('orchestrator.replay-before-commit');
  }
}
