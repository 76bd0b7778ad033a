import { databaseFault, SessionPool } from '@backstitch/database';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import type { Logger } from '../logger.js';
import { exposePool } from '../metrics.js';
import { retryingContention } from './contention.js';
import { DatabaseAway } from './database-fault.js';

export interface DatabaseOptions {
  url: string;
  /** Who is asking, as pg_stat_activity shows it. */
  name: string;
  logger: Logger;
  /** Connections at most [10]. */
  poolMax?: number;
  /** The server gives up on a statement after this long [10 000]. */
  statementTimeoutMs?: number;
  /**
   * And on waiting for one lock after this long, with RowLocked [300]: longer than those wait for
   * each other who lock rows in passing.
   */
  lockTimeoutMs?: number;
  /**
   * Every statement finds its rows by their keys. Its plan is made once a connection, and one made
   * while the tables were still empty must not be a scan when they are full [false].
   */
  keyLookups?: boolean;
}

/** A named statement is parsed and planned once per connection. */
export interface Statement {
  name: string;
  text: string;
  values: unknown[];
}

/** A connection inside a transaction. */
export type Transaction = PoolClient;

export const CONNECT_TIMEOUT_MS = 3_000;
export const LOCK_TIMEOUT_MS = 300;
const PROBE = "SELECT current_setting('transaction_read_only') AS read_only";
const PROBE_TIMEOUT_MS = 2_000;

/**
 * The app's pool of connections. A lost connection never crashes the process; whoever was using it
 * gets DatabaseAway. Contention (deadlock, serialization) is retried a bounded number of times.
 */
export class Database {
  readonly pool: Pool;
  readonly drizzle: NodePgDatabase;
  private readonly sessions: SessionPool;
  private readonly databaseName: string;

  constructor(wanted: DatabaseOptions) {
    const { url, name, logger, keyLookups, poolMax = 10, statementTimeoutMs = 10_000 } = wanted;
    this.databaseName = databaseNameOf(url);
    this.sessions = new SessionPool({
      url,
      name,
      logger,
      max: poolMax,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      queryTimeoutMs: statementTimeoutMs + 2_000,
      statementTimeoutMs,
      lockTimeoutMs: wanted.lockTimeoutMs ?? LOCK_TIMEOUT_MS,
      idleInTransactionTimeoutMs: statementTimeoutMs,
      keyLookups,
    });
    this.pool = this.sessions;
    surviveLostConnections(this.pool, logger);
    exposePool(name, this.pool);
    this.drizzle = drizzle(this.pool);
  }

  /** Runs one statement, its own transaction. */
  async query<Row extends QueryResultRow>(statement: Statement): Promise<Row[]> {
    return retryingContention(this.databaseName, () =>
      this.sessions.use(async (client) => (await client.query<Row>(statement)).rows),
    );
  }

  /** Runs `work`, which changes nothing, on one connection. */
  reading<Result>(work: (client: Transaction) => Promise<Result>): Promise<Result> {
    return retryingContention(this.databaseName, () => this.sessions.use(work));
  }

  /**
   * Runs `work` in one transaction; anything thrown rolls back and is thrown on. `work` may run
   * more than once, so it keeps its effects inside the transaction. DatabaseAway from here means
   * that the outcome is unknown: the connection may have been lost while the commit was under way.
   */
  async withTransaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return retryingContention(this.databaseName, () => this.transactOnce(work));
  }

  /**
   * Throws DatabaseAway, which says why, when the database cannot be used: a standby that only lets
   * itself be read is away too, or intake that waits for it would go on and off for ever.
   */
  async probe(): Promise<void> {
    try {
      await this.sessions.use(async (client) => {
        // query_timeout is pg's per-query option, missing from its types.
        const question = { text: PROBE, query_timeout: PROBE_TIMEOUT_MS };
        const { rows } = await client.query<{ read_only: string }>(question);
        if (rows[0]?.read_only === 'on') throw new TakesNoWrites();
      });
    } catch (error) {
      throw new DatabaseAway(this.databaseName, error);
    }
  }

  async isAvailable(): Promise<boolean> {
    return this.probe().then(
      () => true,
      () => false,
    );
  }

  /** Waits for connections in use and closes all; a second call does nothing. */
  async close(): Promise<void> {
    if (!this.pool.ended && !this.pool.ending) await this.pool.end();
  }

  private transactOnce<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    let isCommitting = false;
    const transaction = async (client: Transaction): Promise<Result> => {
      try {
        const begun = client.query('BEGIN'); // travels with the first statement of `work`
        begun.catch(() => undefined);
        const result = await work(client);
        await begun;
        isCommitting = true;
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await rollback(client, error);
        throw error;
      }
    };
    return this.sessions.use(transaction, () => !isCommitting);
  }
}

/** As PostgreSQL says it to a write: the connection may have been opened when writes were stopped. */
export class TakesNoWrites extends Error {
  readonly code = '25006';

  constructor() {
    super('it takes no writes');
  }
}

/** The only way an app opens its database. */
export function openDatabase(options: DatabaseOptions): Database {
  return new Database(options);
}

/**
 * A connection that is lost never ends the process. Of the pool's error only the words are logged:
 * it carries the connection itself, with what it was sent and the key by which it can be cancelled.
 */
export function surviveLostConnections(pool: Pool, logger: Logger): void {
  pool.on('error', (error) => {
    logger.warn({ why: error.message }, 'a database connection was lost');
  });
}

/** A connection on which this fails is lost, and its pool sees that by itself. */
async function rollback(client: Transaction, error: unknown): Promise<void> {
  if (databaseFault(error) !== 'away') await client.query('ROLLBACK').catch(() => undefined);
}

export function databaseNameOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres';
}
