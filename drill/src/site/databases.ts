import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import { catalogueSql } from './catalogue.js';
import { type AppName, APPS, appFile, type DatabaseName, PROJECT } from './apps.js';

const POOL_MAX = 2;
const ANSWER_WITHIN_MS = 10_000;

/** The four databases, seen directly: what faults do to the apps' links does not reach us. */
export class Databases {
  private readonly pools = new Map<DatabaseName, pg.Pool>();

  constructor(private readonly serverUrl: string) {}

  url(database: DatabaseName): string {
    const url = new URL(this.serverUrl);
    url.pathname = `/${database}`;
    return url.toString();
  }

  /** Makes all four, by each app's own migrations, and fills the catalogue. */
  async prepare(): Promise<void> {
    const owners = APPS.filter((app) => app.database !== undefined);
    await Promise.all(owners.map(({ name, database }) => migrate(name, this.url(database))));
    await this.rows('inventory', catalogueSql());
  }

  async rows<Row extends object>(
    database: DatabaseName,
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const pool = this.pool(database);
    // Without values a text may hold several statements.
    if (values.length === 0) return (await pool.query<Row>(sql)).rows;
    return (await pool.query<Row>(sql, [...values])).rows;
  }

  async serverVersion(): Promise<string> {
    const sql = 'SHOW server_version';
    return (await this.rows<{ server_version: string }>('orders', sql))[0]!.server_version;
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.end()));
  }

  private pool(database: DatabaseName): pg.Pool {
    let pool = this.pools.get(database);
    if (!pool) {
      pool = new pg.Pool({
        connectionString: this.url(database),
        application_name: 'drill',
        max: POOL_MAX,
        connectionTimeoutMillis: ANSWER_WITHIN_MS,
        query_timeout: ANSWER_WITHIN_MS,
      });
      pool.on('error', () => undefined); // a connection that was killed is told by the next query
      this.pools.set(database, pool);
    }
    return pool;
  }
}

async function migrate(app: AppName, url: string): Promise<void> {
  await promisify(execFile)(process.execPath, [appFile(app, 'database/migrate.js')], {
    cwd: `${PROJECT}apps/${app}`,
    env: { PATH: process.env['PATH'], DB_URL: url },
  });
}
