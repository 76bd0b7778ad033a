import {
  Database,
  migrateCommand,
  migrationsOf,
  requireMigrations,
  requireRights,
  type Migration,
} from '@backstitch/database';
import { faultError } from './database/database-fault.js';
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

/**
 * Whether an app's database answers, takes writes, has the app's schema, and lets the app's role use
 * it. It has a connection of
 * its own, which is kept open: an app whose other connections are all busy can still serve.
 */
export class DatabaseHealth implements HealthCheck {
  readonly name = 'database';
  private readonly database: Database;
  private readonly migrations: readonly Migration[];
  private readonly migrate: string;

  constructor({ url, name, logger, migrations }: DatabaseHealthOptions) {
    this.migrations = migrationsOf(migrations);
    this.migrate = migrateCommand(migrations);
    this.database = new Database({
      url,
      name: `${name} health`,
      logger,
      poolMax: 1,
      idleTimeoutMs: 0,
      connectTimeoutMs: ANSWER_MS_MAX,
      statementTimeoutMs: ANSWER_MS_MAX,
      queryTimeoutMs: ANSWER_MS_MAX,
      lockTimeoutMs: ANSWER_MS_MAX,
      faultError,
    });
  }

  /** Throws, saying why, when the database cannot be used. */
  readonly check = async (): Promise<void> => {
    await this.database.probe(ANSWER_MS_MAX);
    await requireMigrations(this.database.pool, this.migrate, this.migrations);
    await requireRights(this.database.pool);
  };

  close(): Promise<void> {
    return this.database.close();
  }
}
