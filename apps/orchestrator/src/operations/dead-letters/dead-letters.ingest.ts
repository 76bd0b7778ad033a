import type {
  DeadLetterConsumer,
  DeadLetterQueues,
  DeliveredDeadLetter,
} from '@backstitch/messaging';
import { databaseFault, isTimedOut, type Logger } from '@backstitch/service-kit';
import { deadLetterQueueOf } from '@backstitch/shared-types';
import { readDeadLetter } from './dead-letter.reader.js';
import type { ArrivingDeadLetter, DeadLettersRepository } from './dead-letters.repository.js';
import { bareDeadLetter, newDeadLetter, shortenedDeadLetter } from './new-dead-letter.js';

export interface DeadLettersIngestParts {
  queues: Pick<DeadLetterQueues, 'consumer'>;
  /** The command queues whose dead letters are taken. */
  commandQueues: readonly string[];
  deadLetters: Pick<DeadLettersRepository, 'store'>;
  logger: Logger;
  /** For the time in which the database is away. */
  recovered(): Promise<boolean>;
}

/** Of a longer body the beginning is stored alone: to insert it would take several times its bytes. */
const BODY_BYTES_MAX = 16 * 2 ** 20;

/** Takes every dead letter out of its queue, into table dead_letters; any orchestrator takes any. */
export class DeadLettersIngest {
  private readonly consumers: readonly DeadLetterConsumer[];

  constructor(private readonly parts: DeadLettersIngestParts) {
    const pauseOn = { causedBy: isPassing, recovered: () => parts.recovered() };
    this.consumers = parts.commandQueues.map((queue) =>
      parts.queues.consumer(queue, { store: (arrived) => this.store(arrived), pauseOn }),
    );
  }

  start(): void {
    for (const consumer of this.consumers) consumer.start();
  }

  /** Delivered messages are stored and acknowledged, or stay in their queue. */
  async close(timeoutMs: number): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.close(timeoutMs)));
  }

  /** The queues whose dead letters are not taken now, each with why; undefined when all are. */
  whyNotRunning(): string | undefined {
    const reasons = this.parts.commandQueues.flatMap((queue, index) => {
      const { state, why } = this.consumers[index]!.consumerStatus();
      return state === 'attached' ? [] : [`${deadLetterQueueOf(queue)}: ${why ?? state}`];
    });
    return reasons.length === 0 ? undefined : reasons.join('; ');
  }

  /** Stores all in one statement. A consumer that gets an error stores them one by one. */
  private async store(arrived: readonly DeliveredDeadLetter[]): Promise<void> {
    const rows = arrived.map((each) => {
      const whole = newDeadLetter(readDeadLetter(each));
      const isTooLarge = each.body.length > BODY_BYTES_MAX;
      const row = (isTooLarge && shortenedDeadLetter(whole)) || whole;
      return { ...row, isRedelivered: each.isRedelivered };
    });
    const [row] = rows;
    if (rows.length === 1 && row) return this.storeOne(row);
    await this.insert(rows);
  }

  /**
   * Any bytes are stored. Of a row that the database refuses, what its sender chose is left out. Of
   * one that takes too long, the end of a body that no service can read is left out.
   */
  private async storeOne(row: ArrivingDeadLetter): Promise<void> {
    try {
      await this.insert([row]);
    } catch (error) {
      const isTooLarge = error instanceof RowTooSlow;
      const less = isTooLarge ? shortenedDeadLetter(row) : bareDeadLetter(row);
      if (isPassing(error) || !less) throw error;
      const what = isTooLarge ? 'the end of its body' : 'its properties';
      const { id, isRedelivered } = row;
      this.parts.logger.warn({ err: error, id }, `a dead letter is stored without ${what}`);
      await this.storeOne({ ...less, isRedelivered });
    }
  }

  /** Throws RowTooSlow where other statements are still answered. */
  private async insert(rows: readonly ArrivingDeadLetter[]): Promise<void> {
    try {
      await this.parts.deadLetters.store(rows);
    } catch (error) {
      if (!isTimedOut(error) || !(await this.parts.recovered())) throw error;
      throw new RowTooSlow('the insert took too long', { cause: error });
    }
  }
}

/** The insert of these rows took too long, although the database is there. */
class RowTooSlow extends Error {}

/** The database is away or busy: what fails now may be stored later as it is. */
function isPassing(error: unknown): boolean {
  if (error instanceof RowTooSlow) return false;
  return ['away', 'locked', 'contention'].includes(databaseFault(error));
}
