import { databaseFault, reasonOf } from '@backstitch/database';
import { Fault } from '@backstitch/shared-types';

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

/** Somebody else has locked what the command needs, for longer than it waits. Nothing was done. */
export class RowLocked extends Fault {
  constructor(name: string, cause: unknown) {
    const message = `A row of the database "${name}" is locked: ${reasonOf(cause)}`;
    super('ROW_LOCKED', message, true, undefined, { cause });
    this.name = 'RowLocked';
  }
}

/** The error as a command answers it: away and locked are faults worth retrying. */
export function faultOf(name: string, error: unknown): unknown {
  if (error instanceof Fault) return error;
  const fault = databaseFault(error);
  if (fault === 'away') return new DatabaseAway(name, error);
  return fault === 'locked' ? new RowLocked(name, error) : error;
}
