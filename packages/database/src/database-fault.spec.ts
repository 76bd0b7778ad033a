import { describe, expect, it } from '@jest/globals';
import { ConnectFailed, databaseFault, isLost, isOutdated, isTimedOut } from './database-fault.js';

function errorWith(code: string): Error {
  return Object.assign(new Error('of the driver'), { code });
}

describe('databaseFault', () => {
  it.each([
    ['away', ['08006', '08P01', '57P01', '57P02', '57P03', '53300', '53100', '57014', '25006']],
    ['away', ['28P01', '3D000', '40003', '25P03', '26000', '42P05', 'DATABASE_UNAVAILABLE']],
    ['away', ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN']],
    ['contention', ['40001', '40P01']],
    ['locked', ['55P03', 'ROW_LOCKED']],
    ['data', ['22001', '22003', '22021', '22P02', '23505', '23514', '23503', '23502']],
    ['bug', ['0A000', '55000', 'XX000', '42P01', '42703', '42601', '25P02', 'ERR_ASSERTION']],
  ])('%s: %s', (fault, codes) => {
    for (const code of codes) expect([code, databaseFault(errorWith(code))]).toEqual([code, fault]);
  });

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Query read timeout',
    'Cannot use a pool after calling end on the pool',
  ])('knows a lost connection that has no code: %s', (message) => {
    expect(databaseFault(new Error(message))).toBe('away');
  });

  it('looks through what wraps the error of the driver', () => {
    const wrapped = new Error('Failed query', { cause: errorWith('40P01') });
    expect(databaseFault(wrapped)).toBe('contention');
  });

  it('takes for a bug what is no error of a database', () => {
    expect(databaseFault(new TypeError('x is undefined'))).toBe('bug');
    expect(databaseFault('x')).toBe('bug');
  });
});

describe('what fails while connecting', () => {
  it.each(['55000', '3D000', '28P01', '42501', 'XX000', 'SELF_SIGNED_CERT_IN_CHAIN', '0A000', ''])(
    'is away, whatever its code: %s',
    (code) => {
      const failure = new ConnectFailed(errorWith(code));
      expect([failure.code, databaseFault(failure)]).toEqual([code, 'away']);
      expect(databaseFault(new Error('wrapped', { cause: failure }))).toBe('away');
      expect([isLost(failure), isOutdated(failure)]).toEqual([false, false]);
    },
  );

  it('is told with the reason of the first address that was tried', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1'), { code: 'ECONNREFUSED' });
    const failure = new ConnectFailed(new AggregateError([refused, errorWith('EACCES')]));
    expect(failure).toMatchObject({
      code: 'ECONNREFUSED',
      message: 'no connection: connect ECONNREFUSED ::1',
    });
  });
});

describe('an outdated connection', () => {
  it.each([
    ['0A000', 'cached plan must not change result type'],
    ['XX000', 'cache lookup failed for type 16421'],
    ['26000', 'prepared statement "s" does not exist'],
    ['42P05', 'prepared statement "s" already exists'],
    ['25006', 'cannot execute INSERT in a read-only transaction'],
    ['57P05', 'terminating connection due to idle-session timeout'],
  ])('is known by %s, %s', (code, message) => {
    const error = Object.assign(new Error(message), { code });
    expect([isOutdated(error), databaseFault(error)]).toEqual([true, 'away']);
  });

  it.each([
    ['0A000', 'cross-database references are not implemented'],
    ['XX000', 'something went wrong inside'],
    ['23505', 'duplicate key'],
    ['57P01', 'terminating connection due to administrator command'],
  ])('is not known by %s, %s', (code, message) => {
    expect(isOutdated(Object.assign(new Error(message), { code }))).toBe(false);
  });
});

describe('a statement that took too long', () => {
  it('is known by the answer of the server, and by that of the driver, also as a cause', () => {
    for (const error of [errorWith('57014'), new Error('Query read timeout')]) {
      expect(isTimedOut(error)).toBe(true);
      expect(isTimedOut(new Error('wrapped', { cause: error }))).toBe(true);
    }
  });

  it('is no connection that could not be made, and no other error', () => {
    expect(isTimedOut(new ConnectFailed(errorWith('57014')))).toBe(false);
    for (const code of ['55P03', '57P01', 'ECONNRESET']) {
      expect(isTimedOut(errorWith(code))).toBe(false);
    }
    expect(isTimedOut(undefined)).toBe(false);
  });
});

describe('a lost connection', () => {
  it.each(['57P01', '57P02', '08006', 'ECONNRESET', 'EPIPE'])('is known by %s', (code) => {
    expect(isLost(errorWith(code))).toBe(true);
  });

  it('is no statement that took too long, and no pool that is used up', () => {
    expect(isLost(errorWith('57014'))).toBe(false);
    expect(isLost(new Error('Query read timeout'))).toBe(false);
    expect(isLost(new Error('timeout exceeded when trying to connect'))).toBe(false);
    expect(isLost(new Error('Connection terminated unexpectedly'))).toBe(true);
  });
});
