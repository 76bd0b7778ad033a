import type { DeadLetterQueues } from '@backstitch/messaging';
import type { Database, Logger } from '@backstitch/service-kit';
import type { QueueCounts } from '../../host/participants/queue-counts.js';
import { DeadLettersIngest } from './dead-letters.ingest.js';
import { DeadLettersRepository } from './dead-letters.repository.js';
import { OpenDeadLettersWatch } from './open-dead-letters.watch.js';

/** A batch that was begun is stored within this. */
const CLOSE_MS = 5_000;

/** What an orchestrator does with dead letters by itself: it stores them, and counts them. */
export class DeadLettersService {
  private readonly ingest: DeadLettersIngest;
  private readonly watch: OpenDeadLettersWatch;

  constructor(parts: {
    database: Database;
    queues: Pick<DeadLetterQueues, 'consumer'>;
    /** The queues whose dead letters are stored. */
    commandQueues: readonly string[];
    queueCounts: QueueCounts;
    logger: Logger;
  }) {
    const { database, queues, commandQueues, queueCounts, logger } = parts;
    const deadLetters = new DeadLettersRepository(database);
    this.ingest = new DeadLettersIngest({
      queues,
      commandQueues,
      deadLetters,
      logger,
      recovered: () => database.isAvailable(),
    });
    const watch = new OpenDeadLettersWatch(deadLetters, logger);
    queueCounts.openDeadLetters = () => watch.counts;
    this.watch = watch;
  }

  start(): void {
    this.ingest.start();
    this.watch.job.start();
  }

  /** Which dead letters are not stored now, and why; undefined when all are. */
  whyNotStoring(): string | undefined {
    return this.ingest.whyNotRunning();
  }

  /** Delivered messages are stored, or stay in their queue. */
  async stop(): Promise<void> {
    await Promise.all([this.ingest.close(CLOSE_MS), this.watch.job.stop()]);
  }
}
