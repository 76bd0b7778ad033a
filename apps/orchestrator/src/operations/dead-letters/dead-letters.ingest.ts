import type {
  DeadLetterConsumer,
  DeadLetterQueues,
  DeliveredDeadLetter,
} from '@backstitch/messaging';
import { databaseFault, type Logger } from '@backstitch/service-kit';
import { readDeadLetter } from './dead-letter.reader.js';
import type { DeadLettersRepository } from './dead-letters.repository.js';
import { bareDeadLetter, newDeadLetter } from './new-dead-letter.js';

export interface DeadLettersIngestParts {
  queues: Pick<DeadLetterQueues, 'consumer'>;
  /** The command queues whose dead letters are taken. */
  commandQueues: readonly string[];
  deadLetters: Pick<DeadLettersRepository, 'store'>;
  logger: Logger;
  /** For the time in which the database is away. */
  recovered(): Promise<boolean>;
}

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

  /** What is in hand is stored and acknowledged, or stays in its queue. */
  async close(timeoutMs: number): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.close(timeoutMs)));
  }

  /** Any bytes are stored: of a message that the database refuses, what its sender chose is left out. */
  private async store(arrived: readonly DeliveredDeadLetter[]): Promise<void> {
    const { deadLetters, logger } = this.parts;
    const rows = arrived.map((each) => ({
      ...newDeadLetter(readDeadLetter(each)),
      isRedelivered: each.isRedelivered,
    }));
    try {
      await deadLetters.store(rows);
    } catch (error) {
      const [row] = rows;
      if (isPassing(error) || rows.length > 1 || !row) throw error;
      logger.warn({ err: error, id: row.id }, 'a dead letter is stored without its properties');
      await deadLetters.store([{ ...bareDeadLetter(row), isRedelivered: row.isRedelivered }]);
    }
  }
}

/** The database is away or busy: what fails now may be stored later as it is. */
function isPassing(error: unknown): boolean {
  return ['away', 'locked', 'contention'].includes(databaseFault(error));
}
