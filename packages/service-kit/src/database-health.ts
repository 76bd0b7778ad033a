import { Pool } from 'pg';
import { DatabaseAway } from './database/database-fault.js';
import { databaseNameOf, surviveLostConnections } from './database/database.js';
import { migrationsOf, requireMigrations, type Migration } from './database/schema-check.js';
import type { HealthCheck } from './health-check.js';
import type { Logger } from './logger.js';

export interface DatabaseHealthOptions {
  url: string;
  /** The app, as `pnpm --filter` knows it. */
  name: string;
  /** The folder of its migrations. */
  migrations: string;
  logger: Logger;
}

const ANSWER_MS_MAX = 5_000;
const PROBE = "SELECT current_setting('transaction_read_only') AS read_only";

/**
 * Whether an app's database answers, takes writes and has the app's schema. It is asked on a
 * connection of its own, which is kept: an app whose work fills all others can still serve.
 */
export class DatabaseHealth implements HealthCheck {
  readonly name = 'database';
  private readonly pool: Pool;
  private readonly databaseName: string;
  private readonly migrations: readonly Migration[];

  constructor(private readonly options: DatabaseHealthOptions) {
    const { url, name, logger, migrations } = options;
    this.databaseName = databaseNameOf(url);
    this.migrations = migrationsOf(migrations);
    this.pool = new Pool({
      connectionString: url,
      application_name: `${name} health`,
      max: 1,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: ANSWER_MS_MAX,
      statement_timeout: ANSWER_MS_MAX,
      query_timeout: ANSWER_MS_MAX,
      keepAlive: true,
    });
    surviveLostConnections(this.pool, logger);
  }

  /** Throws, saying why, when the database cannot be used. */
  readonly check = async (): Promise<void> => {
    await this.probe();
    await requireMigrations(this.pool, this.options.name, this.migrations);
  };

  async close(): Promise<void> {
    if (!this.pool.ended && !this.pool.ending) await this.pool.end();
  }

  private async probe(): Promise<void> {
    try {
      const { rows } = await this.pool.query<{ read_only: string }>(PROBE);
      if (rows[0]?.read_only === 'on') throw new Error('it takes no writes');
    } catch (error) {
      throw new DatabaseAway(this.databaseName, error);
    }
  }
}
