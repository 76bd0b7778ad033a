import { type Database, type Transaction } from '@backstitch/service-kit';
import { RETENTION_DAYS } from '@backstitch/shared-types';
import type { LogPartition } from './retention.js';
import {
  DROP_PARTITION,
  LOCK_KEYS,
  PARTITIONS,
  REMOVE_DEAD_LETTERS,
  REMOVE_KEYS,
  REMOVE_SAGAS,
  REMOVE_STRAY_LOGS,
  sagasIn,
  STILL_THERE,
} from './retention.sql.js';
import { inTransaction, withShortLocks } from './short-locks.js';

export interface RetentionDays {
  sagas: number;
  keys: number;
}

/** Any numbers that no other lock of this database has. */
const LOCK = { space: 20_818, name: 2 };
/**
 * For each lock that is waited for. Writers to the log wait behind this one: for the parent, the
 * default partition and the one that is dropped, so for up to three times this.
 */
const SHORT = { lockMs: 100 };

/** The rows that are kept for a time; only one orchestrator at a time removes what is too old. */
export class RetentionRepository {
  constructor(
    private readonly database: Database,
    private readonly days: RetentionDays,
  ) {}

  /**
   * Undefined when another orchestrator removes. All is done on the connection that holds the lock:
   * when the connection is lost, so is the lock.
   */
  alone<Result>(work: (old: OldRows) => Promise<Result>): Promise<Result | undefined> {
    return this.database.withAdvisoryLock(LOCK, (client) => work(new OldRows(client, this.days)));
  }
}

/** The old rows, for the process that has the lock. Each call is one short transaction. */
export class OldRows {
  constructor(
    private readonly client: Transaction,
    private readonly days: RetentionDays,
  ) {}

  async partitions(): Promise<LogPartition[]> {
    return (await this.client.query<LogPartition>(PARTITIONS, [this.days.sagas])).rows;
  }

  /** Undefined once it is dropped, else why not: another session has a lock on it. */
  async dropPartition(name: string): Promise<string | undefined> {
    const tried = await withShortLocks(this.client, SHORT, () =>
      this.client.query(DROP_PARTITION, [name]),
    );
    return 'busy' in tried ? tried.busy : undefined;
  }

  /** Sagas with old rows in a partition, in id order, after one of them. */
  async sagasIn(partition: string, limit: number, after?: string): Promise<string[]> {
    const text = sagasIn(partition, after === undefined);
    const values = [limit, this.days.sagas];
    return this.ids(text, after === undefined ? values : [...values, after]);
  }

  /**
   * Removes those of these sagas that may go, and answers those that are still there afterwards.
   * Their keys keep the answer: a reader sees the saga or the answer, never neither.
   */
  async removeSagas(
    sagaIds: readonly string[],
  ): Promise<{ sagas: number; keys: number; left: string[] }> {
    const { client, days } = this;
    const removed = await inTransaction(client, async () => {
      const locked = await client.query<{ at: string }>({
        name: 'retention_lock_keys',
        text: LOCK_KEYS,
        values: [sagaIds, days.sagas],
      });
      const { rows } = await client.query<{ sagas: number; keys: number }>({
        name: 'retention_remove_sagas',
        text: REMOVE_SAGAS,
        values: [sagaIds, days.sagas, locked.rows.map(({ at }) => at), days.keys],
      });
      return rows[0]!;
    });
    return { ...removed, left: await this.ids(STILL_THERE, [sagaIds]) };
  }

  /** For the default partition, which is never dropped. */
  async removeStrayLogs(sagaIds: readonly string[]): Promise<void> {
    await this.client.query(REMOVE_STRAY_LOGS, [sagaIds, this.days.sagas]);
  }

  /** Answers how many keys that are too old were removed. */
  async removeKeys(limit: number): Promise<number> {
    const values = [this.days.keys, limit];
    const removing = { name: 'retention_remove_keys', text: REMOVE_KEYS, values };
    return (await this.client.query(removing)).rowCount ?? 0;
  }

  /** Answers how many that were decided on long ago were removed. */
  async removeDeadLetters(limit: number): Promise<number> {
    const values = [RETENTION_DAYS.decidedDeadLetters, limit];
    const removing = { name: 'retention_remove_dead_letters', text: REMOVE_DEAD_LETTERS, values };
    return (await this.client.query(removing)).rowCount ?? 0;
  }

  private async ids(text: string, values: unknown[]): Promise<string[]> {
    return (await this.client.query<{ id: string }>(text, values)).rows.map(({ id }) => id);
  }
}
