import {
  databaseFault,
  databaseNameOf,
  exposePool,
  retryingContention,
  surviveLostConnections,
  type Logger,
  type Statement,
} from '@backstitch/service-kit';
import pg from 'pg';

export interface LaneOptions {
  url: string;
  name: string;
  logger: Logger;
  /** Transactions under way at once. */
  lanes: number;
}

type Row = Record<string, unknown>;
type Rows = Row[];

const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 10_000;
/** A statement behind a failed one of its transaction fails with this; the first says why. */
const IN_FAILED_TRANSACTION = '25P02';
/**
 * Every statement of a lane looks rows up by their keys. Its plan is made once a connection, and
 * one made while the tables were still empty must not be a scan when they are full.
 */
const KEY_LOOKUPS = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off';
const BEGIN = "BEGIN; SET LOCAL backstitch.stock_move = 'HOLD'";

/**
 * The connections on which holds move stock. A transaction's statements travel in flights: those of
 * one flight are sent together and cost one round trip, which is what the row locks are held for.
 */
export class Lanes {
  private readonly pool: pg.Pool;
  private readonly databaseName: string;

  constructor({ url, name, logger, lanes }: LaneOptions) {
    this.databaseName = databaseNameOf(url);
    // `pipeline` is missing from the types: queries are sent without waiting for earlier answers.
    const options: pg.PoolConfig & { pipeline: boolean } = {
      connectionString: url,
      application_name: name,
      max: lanes,
      pipeline: true,
      options: KEY_LOOKUPS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + 2_000,
      keepAlive: true,
    };
    this.pool = new pg.Pool(options);
    surviveLostConnections(this.pool, logger);
    exposePool('stock', this.pool);
  }

  /**
   * Runs `work` in one transaction, which `work` ends by flight.commit(). Deadlocks are retried, so
   * `work` keeps its effects inside the transaction. DatabaseAway: the outcome is not known.
   */
  transact<Result>(work: (flight: Flight) => Promise<Result>): Promise<Result> {
    return retryingContention(this.databaseName, () => this.transactOnce(work));
  }

  async close(): Promise<void> {
    if (!this.pool.ended && !this.pool.ending) await this.pool.end();
  }

  private async transactOnce<Result>(work: (flight: Flight) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      return await work(new Flight(client));
    } catch (error) {
      if (databaseFault(error) === 'away') broken = error as Error;
      else await client.query('ROLLBACK').catch((failed: Error) => (broken = failed));
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

/** One transaction. A statement left out (undefined) has no rows. */
export class Flight {
  private begun = false;

  constructor(private readonly client: pg.PoolClient) {}

  send(...statements: (Statement | undefined)[]): Promise<Rows[]> {
    return this.fly(statements);
  }

  /** Sends the last statements and the commit; resolves when it is known to be committed. */
  commit(...statements: (Statement | undefined)[]): Promise<Rows[]> {
    return this.fly(statements, 'COMMIT');
  }

  private async fly(statements: readonly (Statement | undefined)[], end?: string): Promise<Rows[]> {
    const begin = this.begun ? nothing : this.client.query(BEGIN);
    this.begun = true;
    const flying = statements.map((each) => (each ? this.client.query<Row>(each) : nothing));
    const settled = await Promise.allSettled([begin, ...flying, end && this.client.query(end)]);
    const failures = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    if (failures.length > 0) throw failures.find((error) => !isAftermath(error)) ?? failures[0];
    return (await Promise.all(flying)).map((result) => result.rows);
  }
}

const nothing = Promise.resolve<{ rows: Row[] }>({ rows: [] });

function isAftermath(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === IN_FAILED_TRANSACTION;
}
