import { describe, expect, it } from '@jest/globals';
import { sessionQuery } from './session-settings.js';

describe('the settings of a session', () => {
  it('begin with the time limit, which could otherwise stop those that follow', () => {
    expect(sessionQuery({})).toMatch(/^SET statement_timeout TO '0';/);
  });

  it('say what was asked for, and nothing of plans unless rows are found by their keys', () => {
    const terms = { statementTimeoutMs: 10_000, lockTimeoutMs: 300.5 };
    expect(sessionQuery(terms)).toContain(`statement_timeout TO '10000'`);
    expect(sessionQuery(terms)).toContain(`lock_timeout TO '301'`);
    expect(sessionQuery(terms)).not.toContain('enable_seqscan');
    expect(sessionQuery({ keyLookups: true })).toContain(`enable_seqscan TO 'off'`);
  });
});
