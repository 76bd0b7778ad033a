import { describe, expect, it } from '@jest/globals';
import type { FailureCase } from './every-failure.js';
import { failureReport } from './failure-report.js';

const USUAL = ['A  done', 'B  done', 'C  done'];
const NOTHING: FailureCase = {
  name: 'nothing fails',
  broken: undefined,
  end: 'done',
  usual: USUAL,
  trace: USUAL,
  problems: [],
};

function broken(
  command: string,
  failure: string,
  trace: string[],
  more: Partial<FailureCase> = {},
) {
  const told = { command, direction: 'do' as const, failure };
  return { ...NOTHING, name: `${command} ${failure}`, broken: told, trace, ...more };
}

/** What the report says beside the trace in which nothing fails. */
const changes = (...cases: FailureCase[]): string[] =>
  failureReport([NOTHING, ...cases])
    .trimEnd()
    .split('\n')
    .slice(USUAL.length + 2);

describe('a report of failures', () => {
  it('tells once what a kind of failure changes alike for several commands', () => {
    const ofA = broken('A', 'fails once', ['A  done (2 attempts)', 'B  done', 'C  done']);
    const ofB = broken('B', 'fails once', ['A  done', 'B  done (2 attempts)', 'C  done']);
    expect(changes(ofA, ofB)).toEqual([
      'a step fails once',
      '  A, B -> done',
      '    it: done (2 attempts)',
    ]);
  });

  it('tells once what several kinds of failure change alike', () => {
    expect(changes(broken('A', 'is slow', USUAL), broken('A', 'is late', USUAL))).toEqual([
      'a step is slow',
      'a step is late',
      '  A -> done',
    ]);
  });

  it('tells which steps are not reached and what is undone, in its order', () => {
    const trace = ['A  done', 'B  rejected NO', 'UNDO_B  done', 'UNDO_A  done'];
    expect(changes(broken('B', 'says NO', trace, { end: 'undone' }))).toEqual([
      'a step says NO',
      '  B -> undone',
      '    it: rejected NO',
      '    without C',
      '    then UNDO_B, UNDO_A: done',
    ]);
  });

  it('prints a complete trace when the order of its steps differs, and every breach', () => {
    const trace = ['B  done', 'A  done', 'C  done'];
    expect(changes(broken('A', 'is late', trace, { problems: ['A came too late'] }))).toEqual([
      'a step is late',
      '  A -> done',
      '    B: done',
      '    A: done',
      '    C: done',
      '    ! A came too late',
    ]);
  });
});
