import type { Database, Transaction } from '@backstitch/database';
import type { OutboxEvent } from './order-events.js';
import { type OutboxKey, readStatement, removeStatement } from './outbox.sql.js';

/** One relay publishes at a time. */
const LOCK = { space: 20_818, name: 3 };

/** The events that are not yet published. Throws DatabaseAway. */
export class OutboxRepository {
  constructor(private readonly database: Pick<Database, 'withAdvisoryLock'>) {}

  /**
   * Undefined when another instance publishes. All is done on the connection that holds the lock: when
   * the connection is lost, so is the lock.
   */
  alone<Result>(work: (outbox: Outbox) => Promise<Result>): Promise<Result | undefined> {
    return this.database.withAdvisoryLock(LOCK, (client) => work(new Outbox(client)));
  }
}

/** The outbox, for the process that has the lock. */
export class Outbox {
  constructor(private readonly client: Transaction) {}

  /** The first ones by order and sequence. */
  async read(limit: number): Promise<OutboxEvent[]> {
    return (await this.client.query<OutboxEvent>(readStatement(limit))).rows;
  }

  async remove(keys: readonly OutboxKey[]): Promise<void> {
    await this.client.query(removeStatement(keys));
  }
}
