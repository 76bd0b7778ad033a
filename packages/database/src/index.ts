export type { ConnectLogger } from './connection/connect-backoff.js';
export { openSession } from './connection/session-client.js';
export { SessionPool, type SessionPoolOptions } from './connection/session-pool.js';
export type { SessionTerms } from './connection/session-settings.js';
export { Database, type DatabaseOptions, type FaultError, type Transaction } from './database.js';
export {
  ConnectFailed,
  databaseFault,
  type DatabaseFault,
  isOutdated,
  isTimedOut,
  reasonOf,
} from './database-fault.js';
export {
  MigrationProblem,
  type MigrationOptions,
  migrateOrExit,
  runMigrations,
} from './migration/migrations.js';
export { requireRights } from './migration/rights.js';
export type { AppRights } from './migration/rights-statements.js';
export {
  migrateCommand,
  type Migration,
  migrationsOf,
  requireMigrations,
} from './migration/schema-check.js';
export type { AdvisoryLock, LockPatience } from './transaction/advisory-lock.js';
export type {
  LocalSettings,
  PipelinedTransaction,
  Statement,
} from './transaction/pipelined-transaction.js';
