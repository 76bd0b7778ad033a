import { types } from 'node:util';
import { Fault } from '@backstitch/shared-types';

/**
 * away: the database cannot be used now (unreachable, shutting down, out of room, too slow); what a
 *   statement in flight did is unknown. contention: rolled back, worth running again. data: this
 *   row cannot be stored, its neighbours can. bug: the statement itself is wrong.
 */
export type DatabaseFault = 'away' | 'contention' | 'data' | 'bug';

/** The database cannot be used now; whether a statement in flight was committed is not known. */
export class DatabaseAway extends Fault {
  constructor(name: string, cause: unknown) {
    super(
      'DATABASE_UNAVAILABLE',
      `The database "${name}" is away: ${reasonOf(cause)}`,
      true,
      undefined,
      {
        cause,
      },
    );
    this.name = 'DatabaseAway';
  }
}

/** SQLSTATE classes and states, longest prefix first. */
const SQLSTATES: readonly (readonly [prefix: string, fault: DatabaseFault])[] = [
  ['40001', 'contention'],
  ['40P01', 'contention'],
  ['55P03', 'contention'],
  ['40003', 'away'],
  ['57014', 'away'],
  ['25006', 'away'],
  ['25P03', 'away'],
  ['57P', 'away'],
  ['08', 'away'],
  ['28', 'away'],
  ['3D', 'away'],
  ['53', 'away'],
  ['58', 'away'],
  ['22', 'data'],
  ['23', 'data'],
];

const SQLSTATE = /^[0-9A-Z]{5}$/;
const SYSTEM_CODES =
  /^(ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|EHOST|ENET|EAI_|EADDRNOTAVAIL|ENOENT|EACCES|ERR_SOCKET|ERR_STREAM)/;
/** pg and pg-pool report these without a code. */
const LOST_CONNECTION =
  /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect|Query read timeout|after calling end on the pool|Client was closed/i;

/** What kind of trouble an error of the database is; looks through wrappers (`cause`). Pure. */
export function databaseFault(error: unknown): DatabaseFault {
  for (let each = error; types.isNativeError(each); each = each.cause) {
    if (each instanceof DatabaseAway) return 'away';
    const code = 'code' in each ? String(each.code) : '';
    if (SYSTEM_CODES.test(code) || LOST_CONNECTION.test(each.message)) return 'away';
    if (SQLSTATE.test(code)) {
      return SQLSTATES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'bug';
    }
  }
  return 'bug';
}

/** The innermost reason, in words: of several addresses tried, the first one's. */
export function reasonOf(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) {
    return reasonOf(error.errors[0]);
  }
  return types.isNativeError(error.cause) ? reasonOf(error.cause) : error.message;
}
