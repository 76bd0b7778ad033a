import { describe, expect, it } from '@jest/globals';
import { databaseFault } from '@backstitch/database';
import { DatabaseAway, faultError, RowLocked } from './database-fault.js';

function errorWith(code: string): Error {
  return Object.assign(new Error('of the driver'), { code });
}

describe('DatabaseAway', () => {
  it('is a fault worth retrying that says which database and why', () => {
    const both = new AggregateError([new Error('connect ECONNREFUSED 127.0.0.1:1')]);
    const away = new DatabaseAway('orders', both);
    expect(away).toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      retryable: true,
      message: 'The database "orders" is away: connect ECONNREFUSED 127.0.0.1:1',
    });
    expect(databaseFault(away)).toBe('away');
  });
});

describe('an error of the database', () => {
  it('is answered as a fault worth retrying when the database is away or a row is locked', () => {
    expect(faultError('away', 'orders', errorWith('08006'))).toBeInstanceOf(DatabaseAway);
    const locked = faultError('locked', 'orders', errorWith('55P03'));
    expect(locked).toBeInstanceOf(RowLocked);
    expect(locked).toMatchObject({ code: 'ROW_LOCKED', retryable: true });
    expect(databaseFault(locked)).toBe('locked');
  });

  it('is answered as a fault that no retry mends when the role lacks a right', () => {
    const cause = errorWith('42501');
    expect(databaseFault(cause)).toBe('forbidden');
    const denied = faultError('forbidden', 'payments', cause);
    expect(denied).toMatchObject({ code: 'DATABASE_ACCESS_DENIED', retryable: false });
    expect(databaseFault(denied)).toBe('forbidden');
  });

  it('stays what it is when it was made a fault before', () => {
    const known = new DatabaseAway('orders', errorWith('08006'));
    expect(faultError('away', 'payments', known)).toBe(known);
  });
});
