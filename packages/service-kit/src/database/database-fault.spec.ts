import { describe, expect, it } from '@jest/globals';
import { DatabaseAway, databaseFault } from './database-fault.js';

function errorWith(code: string): Error {
  return Object.assign(new Error('of the driver'), { code });
}

describe('databaseFault', () => {
  it.each([
    ['away', ['08006', '08P01', '57P01', '57P02', '57P03', '53300', '53100', '57014', '25006']],
    ['away', ['28P01', '3D000', '40003', '25P03']],
    ['away', ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN']],
    ['contention', ['40001', '40P01', '55P03']],
    ['data', ['22001', '22003', '22021', '22P02', '23505', '23514', '23503', '23502']],
    ['bug', ['42P01', '42703', '42601', '25P02', 'ERR_ASSERTION']],
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
    expect(databaseFault(new DatabaseAway('orders', errorWith('08006')))).toBe('away');
  });

  it('takes for a bug what is no error of a database', () => {
    expect(databaseFault(new TypeError('x is undefined'))).toBe('bug');
    expect(databaseFault('x')).toBe('bug');
  });
});

describe('DatabaseAway', () => {
  it('is a fault worth retrying that says which database and why', () => {
    const both = new AggregateError([new Error('connect ECONNREFUSED 127.0.0.1:1')]);
    expect(new DatabaseAway('orders', both)).toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      retryable: true,
      message: 'The database "orders" is away: connect ECONNREFUSED 127.0.0.1:1',
    });
  });
});
