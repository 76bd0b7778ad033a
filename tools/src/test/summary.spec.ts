import { describe, expect, it } from '@jest/globals';
import { chosenStages, STAGES } from './stages.js';
import { checkCount, jestCount, lastLine, stageLine, sum } from './summary.js';
import type { Count, JestEnd, JestReport } from './summary.js';

const report = {
  success: true,
  numPassedTests: 7,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
};

describe('the count of npm test', () => {
  it.each<[string, JestReport | undefined, JestEnd, Count]>([
    ['all passed', report, { exitCode: 0 }, { passed: 7, failed: 0 }],
    [
      'two failed',
      { ...report, success: false, numFailedTests: 2 },
      { exitCode: 1 },
      { passed: 7, failed: 2 },
    ],
    [
      'a file could not be loaded',
      { ...report, success: false, numRuntimeErrorTestSuites: 1 },
      { exitCode: 1 },
      { passed: 7, failed: 1 },
    ],
    ['jest failed for another reason', report, { exitCode: 1 }, { passed: 7, failed: 1 }],
    ['no report was written', undefined, { exitCode: 0 }, { passed: 0, failed: 1 }],
    ['jest was killed', undefined, { exitCode: 137 }, { passed: 0, failed: 1 }],
    ['the tests left something open', report, 'left-open', { passed: 7, failed: 1 }],
    ['Node.js did not end after all passed', report, 'stuck', { passed: 7, failed: 0 }],
    [
      'Node.js did not end, and jest had failed',
      { ...report, success: false },
      'stuck',
      { passed: 7, failed: 1 },
    ],
  ])('when %s', (_what, jest, end, count) => expect(jestCount(jest, end)).toEqual(count));

  it('a house check is one, and the last line sums up everything', () => {
    const total = sum([checkCount(0), checkCount(2), { passed: 40, failed: 3 }]);
    expect(lastLine(total)).toBe('41 passed, 4 failed');
    expect(stageLine('Lint', { passed: 1, failed: 0 }, 1_234)).toMatch(
      /^ok {3}Lint +1\.2 s {3}1 passed, 0 failed$/,
    );
  });
});

describe('the parts of npm test', () => {
  it('are all, unless some are named; a wrong name is told with the right ones', () => {
    expect(chosenStages([])).toBe(STAGES);
    expect(chosenStages(['--', 'lint', 'pure'])).toMatchObject([
      { name: 'lint' },
      { name: 'pure' },
    ]);
    expect(chosenStages(['lnt'])).toEqual({ wrong: expect.stringContaining('lint') });
  });
});
