import { describe, expect, it } from '@jest/globals';
import { logQuery, logSearch } from './log-search.js';

const line = (time: string, msg: string) =>
  JSON.stringify({ level: 'info', time, app: 'an-app', instance: 'i', msg, sagaId: 's' });
const answered = (app: string, lines: string[], more: object = {}) => ({
  url: `http://${app}`,
  status: 200,
  text: JSON.stringify({
    app,
    instanceId: 'i',
    lines,
    isCut: false,
    keptSince: '2026-11-30T10:00:00.000Z',
    ...more,
  }),
});

describe('the search of log lines', () => {
  it('has the lines of all apps in the order of their times', () => {
    const { lines, incomplete } = logSearch([
      answered('a', [
        line('2026-11-30T12:00:00.001Z', 'first'),
        line('2026-11-30T12:00:00.003Z', 'last'),
      ]),
      answered('b', [line('2026-11-30T12:00:00.002Z', 'between')]),
    ]);
    expect(lines.map(({ app, message }) => `${app} ${message}`)).toEqual([
      'a first',
      'b between',
      'a last',
    ]);
    expect(lines[0]!.fields).toEqual({ sagaId: 's' });
    expect(incomplete).toEqual([]);
  });

  it('says what is missing and why', () => {
    const { lines, incomplete } = logSearch([
      { url: 'http://gone', why: 'connect ECONNREFUSED' },
      { url: 'http://old', status: 404, text: '{}' },
      { url: 'http://odd', status: 200, text: '<html>' },
      answered('much', ['no JSON'], { isCut: true }),
    ]);
    expect(lines).toMatchObject([{ app: 'much', message: '' }]);
    expect(incomplete).toEqual([
      { app: 'http://gone', why: 'connect ECONNREFUSED' },
      { app: 'http://old', why: 'it keeps no lines, or has another OPS_TOKEN' },
      { app: 'http://odd', why: 'it answered 200, which cannot be read' },
      { app: 'much', why: 'it has more lines than it sends: narrow the search' },
    ]);
  });

  it('is complete since the latest time from which an app keeps lines', () => {
    const later = { keptSince: '2026-11-30T11:00:00.000Z' };
    const { keptSince } = logSearch([answered('a', []), answered('b', [], later)]);
    expect(keptSince).toBe(later.keptSince);
    expect(logSearch([]).keptSince).toBeNull();
  });

  it('passes on only what is given, encoded', () => {
    expect(logQuery({ q: 'a&level=error', level: 'warn' }).toString()).toBe(
      'level=warn&q=a%26level%3Derror',
    );
  });
});
