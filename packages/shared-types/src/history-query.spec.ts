import { describe, expect, it } from '@jest/globals';
import { afterVersion, historyQuery } from './history-query.js';

describe('the query of a past state of an order', () => {
  it.each([
    [{}, {}],
    [{ version: '1' }, { version: 1 }],
    [{ version: '120' }, { version: 120 }],
    [{ at: '2026-11-30T12:00:00Z' }, { at: '2026-11-30T12:00:00.000000Z' }],
    [{ at: '2026-11-30T12:00:00.123456Z' }, { at: '2026-11-30T12:00:00.123456Z' }],
    [{ at: '2026-11-30T12:00:00.5+02:00' }, { at: '2026-11-30T10:00:00.500000Z' }],
  ])('%j means %j', (query, meant) => {
    expect(historyQuery(query)).toEqual(meant);
  });

  it.each([
    [{ version: '0' }, ['version']],
    [{ version: '1.5' }, ['version']],
    [{ version: '' }, ['version']],
    [{ version: ['1', '2'] }, ['version']],
    [{ version: '9999999999' }, ['version']],
    [{ at: 'yesterday' }, ['at']],
    [{ at: '2026-11-30' }, ['at']],
    [{ at: '2026-11-30T12:00:00' }, ['at']],
    [{ at: '2026-02-30T12:00:00Z' }, ['at']],
    [{ at: '2026-11-30T12:00:00+99:99' }, ['at']],
    [{ at: '2026-11-30T12:00:00.1234567Z' }, ['at']],
    [{ version: '1', at: '2026-11-30T12:00:00Z' }, ['at']],
  ])('%j is refused', (query, fields) => {
    const found = historyQuery(query);
    expect('problems' in found && found.problems.map(({ field }) => field)).toEqual(fields);
  });
});

describe('the query of the events of an order', () => {
  it('names the last event that is known, and none by default', () => {
    expect(afterVersion(undefined)).toBe(0);
    expect(afterVersion('0')).toBe(0);
    expect(afterVersion('17')).toBe(17);
  });

  it.each(['-1', 'x', '', ['1'], '1e3'])('%j is refused', (after) => {
    expect(afterVersion(after)).toMatchObject({ problems: [{ field: 'after' }] });
  });
});
