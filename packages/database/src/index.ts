export type { ConnectLogger } from './connect-gate.js';
export {
  ConnectFailed,
  databaseFault,
  type DatabaseFault,
  isOutdated,
  reasonOf,
} from './database-fault.js';
export { openSession } from './session-client.js';
export { SessionPool, type SessionPoolOptions } from './session-pool.js';
export type { SessionTerms } from './session-settings.js';
