import {
  databaseFault,
  databaseNameOf,
  exposePool,
  LOCK_TIMEOUT_MS,
  retryingContention,
  SessionPool,
  surviveLostConnections,
  type Logger,
  type Statement,
} from '@backstitch/service-kit';
import type pg from 'pg';

export interface LaneOptions {
  url: string;
  name: string;
  logger: Logger;
  /** Transactions under way at once. */
  lanes: number;
  /** How long a lock is waited for [as by every service]. */
  lockTimeoutMs?: number;
}

type Row = Record<string, unknown>;
type Rows = Row[];

const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 10_000;
/** A statement behind a failed one of its transaction fails with this; the first says why. */
const IN_FAILED_TRANSACTION = '25P02';
const BEGIN = "BEGIN; SET LOCAL backstitch.stock_move = 'HOLD'";

/**
 * The connections on which holds move stock. A transaction's statements travel in flights: those of
 * one flight are sent together and cost one round trip, which is what the row locks are held for.
 */
export class Lanes {
  private readonly pool: SessionPool;
  private readonly databaseName: string;

  constructor({ url, name, logger, lanes, lockTimeoutMs = LOCK_TIMEOUT_MS }: LaneOptions) {
    this.databaseName = databaseNameOf(url);
    this.pool = new SessionPool({
      url,
      name,
      logger,
      max: lanes,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      queryTimeoutMs: STATEMENT_TIMEOUT_MS + 2_000,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      lockTimeoutMs,
      idleInTransactionTimeoutMs: STATEMENT_TIMEOUT_MS,
      // A lane looks every row up by its key.
      keyLookups: true,
    });
    surviveLostConnections(this.pool, logger);
    exposePool('stock', this.pool);
  }

  /**
   * Runs `work` in one transaction, which `work` ends by flight.commit(). Deadlocks are retried, so
   * `work` keeps its effects inside the transaction. DatabaseAway: the outcome is not known;
   * RowLocked: nothing was done, for somebody kept a lock for `lockTimeoutMs` [that of the lanes].
   */
  transact<Result>(
    work: (flight: Flight) => Promise<Result>,
    lockTimeoutMs?: number,
  ): Promise<Result> {
    const begin = BEGIN + (lockTimeoutMs ? `; SET LOCAL lock_timeout = ${lockTimeoutMs}` : '');
    return retryingContention(this.databaseName, () => this.transactOnce(work, begin));
  }

  async close(): Promise<void> {
    if (!this.pool.ended && !this.pool.ending) await this.pool.end();
  }

  private transactOnce<Result>(
    work: (flight: Flight) => Promise<Result>,
    begin: string,
  ): Promise<Result> {
    let flight: Flight | undefined;
    const transaction = async (client: pg.PoolClient): Promise<Result> => {
      flight = new Flight(client, begin);
      try {
        return await work(flight);
      } catch (error) {
        // A connection on which this fails is lost, and its pool sees that by itself.
        if (databaseFault(error) !== 'away') await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    };
    return this.pool.use(transaction, () => flight?.isCommitting === false);
  }
}

/** One transaction. A statement left out (undefined) has no rows. */
export class Flight {
  /** Once it is, its outcome depends on more than its statements. */
  isCommitting = false;
  private begun = false;

  constructor(
    private readonly client: pg.PoolClient,
    private readonly beginning: string,
  ) {}

  send(...statements: (Statement | undefined)[]): Promise<Rows[]> {
    return this.fly(statements);
  }

  /** Sends the last statements and the commit; resolves when it is known to be committed. */
  commit(...statements: (Statement | undefined)[]): Promise<Rows[]> {
    this.isCommitting = true;
    return this.fly(statements, 'COMMIT');
  }

  private async fly(statements: readonly (Statement | undefined)[], end?: string): Promise<Rows[]> {
    const begin = this.begun ? nothing : this.client.query(this.beginning);
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
