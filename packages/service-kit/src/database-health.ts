import { SessionPool } from '@backstitch/database';
import { DatabaseAway } from './database/database-fault.js';
import { databaseNameOf, surviveLostConnections, TakesNoWrites } from './database/database.js';
import {
  migrateCommand,
  migrationsOf,
  requireMigrations,
  type Migration,
} from './database/schema-check.js';
import type { HealthCheck } from './health-check.js';
import type { Logger } from './logger.js';

export interface DatabaseHealthOptions {
  url: string;
  /** The app, as pg_stat_activity shows it. */
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
  private readonly pool: SessionPool;
  private readonly databaseName: string;
  private readonly migrations: readonly Migration[];
  private readonly migrate: string;

  constructor({ url, name, logger, migrations }: DatabaseHealthOptions) {
    this.databaseName = databaseNameOf(url);
    this.migrations = migrationsOf(migrations);
    this.migrate = migrateCommand(migrations);
    this.pool = new SessionPool({
      url,
      name: `${name} health`,
      logger,
      max: 1,
      idleTimeoutMs: 0,
      connectTimeoutMs: ANSWER_MS_MAX,
      statementTimeoutMs: ANSWER_MS_MAX,
      queryTimeoutMs: ANSWER_MS_MAX,
    });
    surviveLostConnections(this.pool, logger);
  }

  /** Throws, saying why, when the database cannot be used. */
  readonly check = async (): Promise<void> => {
    await this.probe();
    await requireMigrations(this.pool, this.migrate, this.migrations);
  };

  async close(): Promise<void> {
    if (!this.pool.ended && !this.pool.ending) await this.pool.end();
  }

  private async probe(): Promise<void> {
    try {
      await this.pool.use(async (client) => {
        const { rows } = await client.query<{ read_only: string }>(PROBE);
        if (rows[0]?.read_only === 'on') throw new TakesNoWrites();
      });
    } catch (error) {
      throw new DatabaseAway(this.databaseName, error);
    }
  }
}
