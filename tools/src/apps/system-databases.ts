import pg from 'pg';
import { databaseUrl } from '../servers/configured-servers.js';
import { DATABASES, type DatabaseName } from './apps.js';

const POOL_MAX = 4;

export interface SystemDatabasesOptions {
  /** Before the name of each: tells systems on one server apart. */
  prefix?: string;
  applicationName?: string;
  /** A query that takes longer, or a connection, fails. */
  answerWithinMs?: number;
}

/** The databases of one system on a server. Connections are opened when they are first used. */
export class SystemDatabases {
  readonly prefix: string;
  private readonly pools = new Map<DatabaseName, pg.Pool>();

  constructor(
    readonly serverUrl: string,
    private readonly options: SystemDatabasesOptions = {},
  ) {
    this.prefix = options.prefix ?? '';
  }

  readonly url = (database: DatabaseName): string =>
    databaseUrl(this.serverUrl, this.prefix + database);

  /** Without values a text may hold several statements; the rows are those of the last one then. */
  async rows<Row extends object = Record<string, unknown>>(
    database: DatabaseName,
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const result = await this.pool(database).query<Row>(
      sql,
      values.length === 0 ? undefined : [...values],
    );
    const last = Array.isArray(result) ? (result as pg.QueryResult<Row>[]).at(-1) : result;
    return last?.rows ?? [];
  }

  /** Makes them anew and empty. */
  async recreate(): Promise<void> {
    await this.drop();
    await onServer(this.serverUrl, DATABASES, (name) => `CREATE DATABASE "${this.prefix}${name}"`);
  }

  async drop(): Promise<void> {
    await this.close();
    const sqlOf = (name: string) => `DROP DATABASE IF EXISTS "${this.prefix}${name}" WITH (FORCE)`;
    await onServer(this.serverUrl, DATABASES, sqlOf);
  }

  async close(): Promise<void> {
    const pools = [...this.pools.values()];
    this.pools.clear();
    await Promise.all(pools.map((pool) => pool.end()));
  }

  pool(database: DatabaseName): pg.Pool {
    const known = this.pools.get(database);
    if (known) return known;
    const { applicationName, answerWithinMs } = this.options;
    const pool = new pg.Pool({
      connectionString: this.url(database),
      max: POOL_MAX,
      application_name: applicationName,
      connectionTimeoutMillis: answerWithinMs,
      query_timeout: answerWithinMs,
    });
    pool.on('error', () => undefined); // the next query tells of a connection that was killed
    this.pools.set(database, pool);
    return pool;
  }
}

async function onServer(
  serverUrl: string,
  names: readonly string[],
  sqlOf: (name: string) => string,
): Promise<void> {
  for (const name of names) await serverRows(serverUrl, sqlOf(name));
}

/** Rows of a statement on the database that every PostgreSQL has. */
export async function serverRows<Row extends object = Record<string, unknown>>(
  serverUrl: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl(serverUrl, 'postgres') });
  client.on('error', () => undefined); // a server that goes away meanwhile
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
