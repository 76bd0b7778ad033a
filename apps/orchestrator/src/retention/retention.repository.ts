import type { Database, Transaction } from '@backstitch/service-kit';
import type { Kept, LogPartition } from './retention.js';
import {
  dropPartition,
  LOCK_KEYS,
  PARTITIONS,
  REMOVE_KEYS,
  REMOVE_SAGAS,
  REMOVE_STRAY_LOGS,
  ORDERS_OF,
  sagasIn,
  STILL_THERE,
} from './retention.sql.js';
import { inTransaction, withShortLocks } from './short-locks.js';

export interface RetentionDays {
  sagas: number;
  keys: number;
}

/** Any numbers that are no other lock's in this database. */
const LOCK = { space: 20_818, name: 2 };
/**
 * For each lock that is waited for. Whoever writes to the log waits behind us: for the parent, the
 * default partition and the one that goes, so for up to three times this.
 */
const SHORT = { lockMs: 100 };

/** The rows that are kept for a time; only one orchestrator at a time removes what is too old. */
export class RetentionRepository {
  constructor(
    private readonly database: Database,
    private readonly days: RetentionDays,
  ) {}

  /**
   * Undefined when another orchestrator is at it. All is done on the connection that holds the lock:
   * who lost the one has lost the other.
   */
  alone<Result>(work: (old: OldRows) => Promise<Result>): Promise<Result | undefined> {
    return this.database.withAdvisoryLock(LOCK, (client) => work(new OldRows(client, this.days)));
  }
}

/** What is too old, for whoever is alone with it. Each call is one short transaction. */
export class OldRows {
  constructor(
    private readonly client: Transaction,
    private readonly days: RetentionDays,
  ) {}

  async partitions(): Promise<LogPartition[]> {
    return (await this.client.query<LogPartition>(PARTITIONS, [this.days.sagas])).rows;
  }

  /** Undefined once it is dropped, else why not: somebody else's lock was in the way. */
  async dropPartition(name: string): Promise<string | undefined> {
    const tried = await withShortLocks(this.client, SHORT, () =>
      this.client.query(dropPartition(name)),
    );
    return 'busy' in tried ? tried.busy : undefined;
  }

  /** Sagas with old rows in a partition, in id order, behind one of them. */
  async sagasIn(partition: string, limit: number, behind?: string): Promise<string[]> {
    const text = sagasIn(partition, behind === undefined);
    const values = [limit, this.days.sagas];
    return this.ids(text, behind === undefined ? values : [...values, behind]);
  }

  /**
   * Removes those of these sagas that may go, and answers those that are still there afterwards.
   * Their keys keep the answer, and nobody ever sees neither of the two.
   */
  async removeSagas(
    sagaIds: readonly string[],
    kept: Kept,
  ): Promise<{ sagas: number; keys: number; left: string[] }> {
    const { client, days } = this;
    const named = await this.namedAmong(sagaIds, kept);
    const removed = await inTransaction(client, async () => {
      const locked = await client.query<{ at: string }>({
        name: 'retention_lock_keys',
        text: LOCK_KEYS,
        values: [sagaIds, days.sagas],
      });
      const { rows } = await client.query<{ sagas: number; keys: number }>({
        name: 'retention_remove_sagas',
        text: REMOVE_SAGAS,
        values: [
          sagaIds,
          days.sagas,
          named.sagaIds,
          named.orderIds,
          locked.rows.map(({ at }) => at),
          days.keys,
        ],
      });
      return rows[0]!;
    });
    return { ...removed, left: await this.ids(STILL_THERE, [sagaIds]) };
  }

  /** Dead letters may name far more ids than one statement should be given. */
  private async namedAmong(
    sagaIds: readonly string[],
    kept: Kept,
  ): Promise<{ sagaIds: string[]; orderIds: string[] }> {
    const bySaga = sagaIds.filter((id) => kept.sagaIds.has(id));
    const orderIds = kept.orderIds.size > 0 ? await this.ids(ORDERS_OF, [sagaIds]) : [];
    return { sagaIds: bySaga, orderIds: orderIds.filter((id) => kept.orderIds.has(id)) };
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

  private async ids(text: string, values: unknown[]): Promise<string[]> {
    return (await this.client.query<{ id: string }>(text, values)).rows.map(({ id }) => id);
  }
}
