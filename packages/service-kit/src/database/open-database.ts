import { Database, type DatabaseOptions } from '@backstitch/database';
import type { Logger } from '../logger.js';
import { exposePool } from '../metrics.js';
import { faultError } from './database-fault.js';

export interface ServiceDatabaseOptions extends Omit<DatabaseOptions, 'faultError' | 'logger'> {
  logger: Logger;
  /** The name of the pool under /metrics [the name]. */
  poolName?: string;
}

/**
 * The way an app opens its database: its pool is shown under /metrics, and a database that is away
 * or a row that is locked is the fault that commands answer (DatabaseAway, RowLocked).
 */
export function openDatabase({ poolName, ...options }: ServiceDatabaseOptions): Database {
  const database = new Database({ ...options, faultError });
  exposePool(poolName ?? options.name, database.pool);
  return database;
}
