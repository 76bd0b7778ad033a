import { types } from 'node:util';

/**
 * away: the database cannot be used now (unreachable, shutting down, disk full, too slow), or not
 *   on this connection; what a statement in flight did is unknown.
 * contention: rolled back, worth running again at once.
 * locked: rolled back after waiting for another session's lock for as long as allowed.
 * forbidden: the role of the connection lacks the right for this statement; nothing was done.
 * data: this row cannot be stored, its neighbours can.
 * bug: the statement itself is wrong.
 */
export type DatabaseFault = 'away' | 'contention' | 'locked' | 'forbidden' | 'data' | 'bug';

/** A connection could not be made, whatever the reason: nothing was sent over it. */
export class ConnectFailed extends Error {
  /** SQLSTATE or system code of the reason. */
  readonly code: string;

  constructor(cause: unknown) {
    super(`no connection: ${reasonOf(cause)}`, { cause });
    this.name = 'ConnectFailed';
    this.code = codeOf(cause);
  }
}

/** SQLSTATE classes and states, longest prefix first. */
const SQLSTATES: readonly (readonly [prefix: string, fault: DatabaseFault])[] = [
  ['40001', 'contention'],
  ['40P01', 'contention'],
  ['55P03', 'locked'],
  ['42501', 'forbidden'],
  ['40003', 'away'],
  ['57014', 'away'],
  ['25006', 'away'],
  ['25P03', 'away'],
  ['25P04', 'away'],
  ['26000', 'away'],
  ['34000', 'away'],
  ['42P05', 'away'],
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
  /^(ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|EHOST|ENET|EAI_|EADDRNOTAVAIL|ENOENT|EACCES|EPROTO|ERR_SOCKET|ERR_STREAM|ERR_SSL|ERR_TLS)/;
/** pg and pg-pool report these without a code. */
const LOST_CONNECTION =
  /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect|Query read timeout|after calling end on the pool|Client was closed/i;

/** The codes of the errors that services make of a database's error. */
const OF_SERVICES: Readonly<Record<string, DatabaseFault>> = {
  DATABASE_UNAVAILABLE: 'away',
  ROW_LOCKED: 'locked',
  DATABASE_ACCESS_DENIED: 'forbidden',
};

/** The kind of an error of the database; wrappers (`cause`) are looked through. Pure. */
export function databaseFault(error: unknown): DatabaseFault {
  for (let each = error; types.isNativeError(each); each = each.cause) {
    if (each instanceof ConnectFailed || isOutdated(each)) return 'away';
    const code = codeOf(each);
    if (OF_SERVICES[code]) return OF_SERVICES[code];
    if (SYSTEM_CODES.test(code) || LOST_CONNECTION.test(each.message)) return 'away';
    if (SQLSTATE.test(code)) {
      return SQLSTATES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'bug';
    }
  }
  return 'bug';
}

/**
 * Errors of a connection, not of a statement: what it was prepared for has changed since, or it is
 * not what it was opened as. Whatever was under way is rolled back, and may run on another one.
 */
const OUTDATED: readonly (readonly [state: string, message?: RegExp])[] = [
  ['0A000', /cached plan must not change result type/],
  ['XX000', /cache lookup failed|could not open relation with OID|tuple concurrently updated/],
  ['26000'], // a prepared statement that was there has gone: DEALLOCATE, DISCARD, a pooler
  ['42P05'], // or one is there that another client prepared
  ['34000'],
  ['25006'], // a primary that has become a standby, or was closed for writing when it was opened
  ['25P03'], // idle in a transaction for too long
  ['57P05'], // idle for too long
];

/** Whether a connection is out of date, and nothing that it was given has happened. Pure. */
export function isOutdated(error: unknown): boolean {
  if (!types.isNativeError(error) || error instanceof ConnectFailed) return false;
  const code = codeOf(error);
  return OUTDATED.some(
    ([state, message]) => state === code && (message?.test(error.message) ?? true),
  );
}

/** Whether the connection ended while it was used. Pure. */
export function isLost(error: unknown): boolean {
  if (!types.isNativeError(error) || error instanceof ConnectFailed) return false;
  const code = codeOf(error);
  if (code === '')
    return /Connection terminated|is not queryable|Client was closed/i.test(error.message);
  return /^(08|57P0[1-4])/.test(code) || SYSTEM_CODES.test(code);
}

/**
 * Whether a statement was given up since it took too long, by the server or by the driver. Wrappers
 * (`cause`) are looked through. Pure.
 */
export function isTimedOut(error: unknown): boolean {
  for (let each = error; types.isNativeError(each); each = each.cause) {
    if (each instanceof ConnectFailed) return false;
    if (codeOf(each) === '57014' || /Query read timeout/i.test(each.message)) return true;
  }
  return false;
}

/** The innermost reason, in words: of several addresses tried, the first one's. */
export function reasonOf(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) {
    return reasonOf(error.errors[0]);
  }
  return types.isNativeError(error.cause) ? reasonOf(error.cause) : error.message;
}

/** The error's own code, or that of the first address tried; '' when it has none. */
function codeOf(error: unknown): string {
  if (!types.isNativeError(error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  const first = 'errors' in error && Array.isArray(error.errors) ? error.errors[0] : undefined;
  return first === undefined ? '' : codeOf(first);
}
