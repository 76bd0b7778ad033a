import type { Pool, PoolClient, QueryResultRow } from 'pg';
import type { ConnectLogger } from './connection/connect-backoff.js';
import { probe } from './connection/probe.js';
import { SessionPool } from './connection/session-pool.js';
import { databaseFault } from './database-fault.js';
import {
  type AdvisoryLock,
  type LockPatience,
  releaseAdvisoryLock,
  takeAdvisoryLock,
} from './transaction/advisory-lock.js';
import { retryingContention } from './transaction/contention.js';
import {
  beginWith,
  type LocalSettings,
  PipelinedTransaction,
  type Statement,
} from './transaction/pipelined-transaction.js';

export interface DatabaseOptions {
  url: string;
  /** Shown by pg_stat_activity as the name of the application. */
  name: string;
  logger: ConnectLogger;
  /** Connections at most [10]. */
  poolMax?: number;
  /** The server gives up on a statement after this long [10 000]. */
  statementTimeoutMs?: number;
  /** For a connection on which no answer comes [2 s more than the statement timeout]. */
  queryTimeoutMs?: number;
  /** [3 000] */
  connectTimeoutMs?: number;
  /** An idle connection is closed after this long; 0: never [10 000]. */
  idleTimeoutMs?: number;
  /**
   * The server gives up on waiting for one lock after this long [300]. That is longer than short
   * transactions wait for each other.
   */
  lockTimeoutMs?: number;
  /**
   * Every statement finds its rows by their keys. Its plan is made once per connection. A plan that
   * was made while the tables were still empty must not be a scan when they are full [false].
   */
  keyLookups?: boolean;
  /**
   * Makes the error that callers get when the database is away, a row is locked, or the role may not
   * do this [the driver's].
   */
  faultError?: FaultError;
}

export type FaultError = (
  fault: 'away' | 'locked' | 'forbidden',
  databaseName: string,
  cause: unknown,
) => Error;

/** A connection inside a transaction. */
export type Transaction = PoolClient;

const CONNECT_TIMEOUT_MS = 3_000;
const LOCK_TIMEOUT_MS = 300;
const PROBE_TIMEOUT_MS = 2_000;

/**
 * A pool of connections to one database. A lost connection never ends the process: the caller that
 * used it gets the error for "away". Contention (deadlock, serialization failure) is retried a
 * bounded number of times.
 */
export class Database {
  readonly pool: Pool;
  private readonly sessions: SessionPool;
  private readonly databaseName: string;
  private readonly faultError: FaultError | undefined;

  constructor(options: DatabaseOptions) {
    const { url, name, logger, statementTimeoutMs = 10_000, idleTimeoutMs = 10_000 } = options;
    this.databaseName = databaseNameOf(url);
    this.faultError = options.faultError;
    this.sessions = new SessionPool({
      url,
      name,
      logger,
      max: options.poolMax ?? 10,
      connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      queryTimeoutMs: options.queryTimeoutMs ?? statementTimeoutMs + 2_000,
      idleTimeoutMs,
      statementTimeoutMs,
      lockTimeoutMs: options.lockTimeoutMs ?? LOCK_TIMEOUT_MS,
      idleInTransactionTimeoutMs: statementTimeoutMs,
      keyLookups: options.keyLookups,
    });
    this.pool = this.sessions;
    logLostConnections(this.pool, logger);
  }

  /** Runs one statement, its own transaction. */
  query<Row extends QueryResultRow>(statement: Statement): Promise<Row[]> {
    return this.retrying(() =>
      this.sessions.use(async (client) => (await client.query<Row>(statement)).rows),
    );
  }

  /** Runs `work`, which changes nothing, on one connection. */
  reading<Result>(work: (client: Transaction) => Promise<Result>): Promise<Result> {
    return this.retrying(() => this.sessions.use(work));
  }

  /**
   * Runs `work` in one transaction. An error rolls back and is thrown on. `work` may run more than
   * once, so it keeps its effects inside the transaction. After the error for "away" the outcome is
   * unknown: the connection may have been lost during the commit.
   */
  withTransaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.pipelined(async (transaction) => {
      const result = await work(transaction.client);
      await transaction.commit();
      return result;
    });
  }

  /** The same for statements that are sent in groups; `work` ends it by transaction.commit(). */
  pipelined<Result>(
    work: (transaction: PipelinedTransaction) => Promise<Result>,
    settings: LocalSettings = {},
  ): Promise<Result> {
    const begin = beginWith(settings);
    return this.retrying(() => this.transactOnce(work, begin));
  }

  /**
   * Runs `work` while this process alone has the lock; undefined when another session kept it. The
   * lock is lost with the connection that `work` gets.
   */
  async withAdvisoryLock<Result>(
    lock: AdvisoryLock,
    work: (client: Transaction) => Promise<Result>,
    patience?: LockPatience,
  ): Promise<Result | undefined> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw this.thrown(error);
    });
    let broken: Error | undefined;
    try {
      if (!(await takeAdvisoryLock(client, lock, patience))) return undefined;
      try {
        return await work(client);
      } finally {
        await releaseAdvisoryLock(client, lock);
      }
    } catch (error) {
      broken = error as Error; // a connection that is closed keeps no lock
      throw this.thrown(error);
    } finally {
      client.release(broken);
    }
  }

  /**
   * Throws the error for "away" when the database cannot be used now. A standby that only lets
   * itself be read is away, too.
   */
  async probe(timeoutMs = PROBE_TIMEOUT_MS): Promise<void> {
    try {
      await probe(this.sessions, timeoutMs);
    } catch (error) {
      throw this.faultError?.('away', this.databaseName, error) ?? error;
    }
  }

  isAvailable(): Promise<boolean> {
    return this.probe().then(
      () => true,
      () => false,
    );
  }

  /** Waits for connections in use and closes all; a second call does nothing. */
  async close(): Promise<void> {
    if (!this.pool.ended && !this.pool.ending) await this.pool.end();
  }

  private async retrying<Result>(attempt: () => Promise<Result>): Promise<Result> {
    try {
      return await retryingContention(attempt);
    } catch (error) {
      throw this.thrown(error);
    }
  }

  private transactOnce<Result>(
    work: (transaction: PipelinedTransaction) => Promise<Result>,
    begin: string,
  ): Promise<Result> {
    let transaction: PipelinedTransaction | undefined;
    const transact = (client: Transaction): Promise<Result> => {
      transaction = new PipelinedTransaction(client, begin);
      return transaction.run(work);
    };
    return this.sessions.use(transact, () => transaction?.isCommitting === false);
  }

  private thrown(error: unknown): unknown {
    const fault = databaseFault(error);
    if (fault !== 'away' && fault !== 'locked' && fault !== 'forbidden') return error;
    return this.faultError?.(fault, this.databaseName, error) ?? error;
  }
}

/**
 * Only the message of the pool's error is logged: the error holds the connection itself, with what
 * it was sent and the key by which it can be cancelled.
 */
function logLostConnections(pool: Pool, logger: ConnectLogger): void {
  pool.on('error', (error) => {
    logger.warn({ why: error.message }, 'a database connection was lost');
  });
}

/** The name of the database in a connection URL. Pure. */
export function databaseNameOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres';
}
