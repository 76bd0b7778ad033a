import { describe, expect, it } from '@jest/globals';
import { classify, type LogFindings } from './app-logs.js';

function classified(...lines: string[]): LogFindings {
  const findings: LogFindings = { bugs: [], errors: {} };
  for (const line of lines) classify(line, 'orchestrator-1', findings);
  return findings;
}

const entry = (level: string, msg: string) => JSON.stringify({ level, app: 'orchestrator', msg });

describe('classify', () => {
  it('counts errors by what they say, and nothing below', () => {
    const { errors, bugs } = classified(
      entry('error', 'saga needs attention'),
      entry('error', 'saga needs attention'),
      entry('warn', 'a bug, says a warning'),
      entry('info', 'request'),
    );
    expect(errors).toEqual({ 'saga needs attention': 2 });
    expect(bugs).toEqual([]);
  });

  it.each([
    entry('error', 'handler threw what is no Fault: a bug'),
    entry('error', 'a request failed for an unforeseen reason'),
    entry('fatal', 'an uncaught error'),
    'TypeError: x is undefined',
    'FATAL ERROR: Reached heap limit Allocation failed',
  ])('takes for a bug: %s', (line) => {
    expect(classified(line).bugs).toEqual([{ instance: 'orchestrator-1', line }]);
  });

  it('takes no offence at a line that a kill -9 cut short, nor at a warning of Node.js', () => {
    const { bugs, errors } = classified(
      entry('fatal', 'x').slice(0, -5),
      '(node:7) Warning: y',
      '',
    );
    expect({ bugs, errors }).toEqual({ bugs: [], errors: {} });
  });
});
