import { reasonOf } from '@backstitch/database';
import { Fault } from '@backstitch/shared-types';

/** The database cannot be used now; whether a statement in flight was committed is not known. */
export class DatabaseAway extends Fault {
  constructor(name: string, cause: unknown) {
    const message = `The database "${name}" is away: ${reasonOf(cause)}`;
    super('DATABASE_UNAVAILABLE', message, true, undefined, { cause });
    this.name = 'DatabaseAway';
  }
}

/**
 * Another session has locked what the command needs, for longer than it waits. Nothing was done.
 */
export class RowLocked extends Fault {
  constructor(name: string, cause: unknown) {
    const message = `A row of the database "${name}" is locked: ${reasonOf(cause)}`;
    super('ROW_LOCKED', message, true, undefined, { cause });
    this.name = 'RowLocked';
  }
}

/** The role of this app lacks a right. Nothing was done, and a retry would not help. */
class DatabaseAccessDenied extends Fault {
  constructor(name: string, cause: unknown) {
    const message = `The role of this app may not do this in the database "${name}": ${reasonOf(cause)}`;
    super('DATABASE_ACCESS_DENIED', message, false, undefined, { cause });
    this.name = 'DatabaseAccessDenied';
  }
}

/** The error as a command answers it: away and locked are faults worth retrying. */
export function faultError(
  fault: 'away' | 'locked' | 'forbidden',
  name: string,
  cause: unknown,
): Error {
  if (cause instanceof Fault) return cause;
  if (fault === 'forbidden') return new DatabaseAccessDenied(name, cause);
  return fault === 'away' ? new DatabaseAway(name, cause) : new RowLocked(name, cause);
}
