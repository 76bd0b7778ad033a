import { databaseFault } from '@backstitch/database';
import { RowLocked, WriteRefused } from '../runtime/refused.js';

/** Of a class that PostgreSQL has: the system's own codes (EPIPE) look alike. */
const SQLSTATE = /^(?:[0-9]{2}|F0|HV|P0|XX)[0-9A-Z]{3}$/;
/**
 * What says nothing about the row: the connection, who may connect, what the role may do, a statement that the connection
 * has lost or planned for another table, a database that only reads, contention, a full disk,
 * locks of other sessions, and an operator who ends it.
 */
const NOT_THE_ROW = /^(?:08|0A000|26|28|3D|25|40|42501|53|55|57)/;

/** The SQLSTATE of an error; empty when the database gave none. */
export function sqlStateOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && SQLSTATE.test(code) ? code : '';
}

/** The refusal that an error is: PostgreSQL answered, and will not do it. Undefined for any other. */
export function refusalOf(error: unknown): WriteRefused | undefined {
  const code = sqlStateOf(error);
  if (code === '' || NOT_THE_ROW.test(code)) return undefined;
  // No connection was made, or this one is out of date: that says nothing about the row.
  if (databaseFault(error) === 'away') return undefined;
  return new WriteRefused(code, (error as Error).message, error);
}

/** Whether another session kept the row locked for longer than a statement waits. */
export function isLocked(error: unknown): boolean {
  return databaseFault(error) === 'locked';
}

/** The error, told as RowLocked when it is one. */
export function lockedOr(error: unknown): unknown {
  return isLocked(error) ? new RowLocked(error) : error;
}
