import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { Pool, type PoolClient, type PoolConfig, type QueryResultRow } from 'pg';
import type { Logger } from '../logger.js';
import { exposePool } from '../metrics.js';
import { retryingContention } from './contention.js';
import { DatabaseAway, databaseFault } from './database-fault.js';

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

const CONNECT_TIMEOUT_MS = 3_000;
const KEY_LOOKUPS = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off';
const PROBE = "SELECT current_setting('transaction_read_only') AS read_only";
const PROBE_TIMEOUT_MS = 2_000;

/**
 * The app's pool of connections. A lost connection never crashes the process; whoever was using it
 * gets DatabaseAway. Contention (deadlock, serialization) is retried a bounded number of times.
 */
export class Database {
  readonly pool: Pool;
  readonly drizzle: NodePgDatabase;
  private readonly databaseName: string;

  constructor(wanted: DatabaseOptions) {
    const { url, name, logger, keyLookups, poolMax = 10, statementTimeoutMs = 10_000 } = wanted;
    this.databaseName = databaseNameOf(url);
    // `pipeline` is missing from the types: a statement is sent without waiting for earlier answers.
    const options: PoolConfig & { pipeline: boolean } = {
      connectionString: url,
      pipeline: true,
      application_name: name,
      max: poolMax,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: statementTimeoutMs,
      // For a connection that died without a word: later than the server's own timeout.
      query_timeout: statementTimeoutMs + 2_000,
      keepAlive: true,
      ...(keyLookups && { options: KEY_LOOKUPS }),
    };
    this.pool = new Pool(options);
    surviveLostConnections(this.pool, logger);
    exposePool(name, this.pool);
    this.drizzle = drizzle(this.pool);
  }

  /** Runs one statement, its own transaction. */
  async query<Row extends QueryResultRow>(statement: Statement): Promise<Row[]> {
    return retryingContention(this.databaseName, async () => {
      return (await this.pool.query<Row>(statement)).rows;
    });
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
      // query_timeout is pg's per-query option, missing from its types.
      const question = { text: PROBE, query_timeout: PROBE_TIMEOUT_MS };
      const { rows } = await this.pool.query<{ read_only: string }>(question);
      if (rows[0]?.read_only === 'on') throw new Error('it takes no writes');
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

  private async transactOnce<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      const begun = client.query('BEGIN'); // travels with the first statement of `work`
      begun.catch(() => undefined);
      const result = await work(client);
      await begun;
      await client.query('COMMIT');
      return result;
    } catch (error) {
      broken = await rollback(client, error);
      throw error;
    } finally {
      client.release(broken);
    }
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
  // Both are needed: the pool's handler covers idle connections, the other those in use.
  pool.on('error', (error) => {
    logger.warn({ why: error.message }, 'a database connection was lost');
  });
  pool.on('connect', (client) => client.on('error', () => undefined));
}

/** Returns the reason for which the connection must not be used again, if there is one. */
async function rollback(client: Transaction, error: unknown): Promise<Error | undefined> {
  if (databaseFault(error) === 'away') return error as Error;
  try {
    await client.query('ROLLBACK');
    return undefined;
  } catch (rollbackError) {
    return rollbackError as Error;
  }
}

export function databaseNameOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres';
}
