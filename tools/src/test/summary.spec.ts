import { describe, expect, it } from '@jest/globals';
import {
  checkCount,
  fileTimes,
  jestCount,
  lastLine,
  slowestFiles,
  stageLine,
  sum,
} from './summary.js';
import type { Count, JestEnd, JestReport } from './summary.js';

const report = {
  success: true,
  numPassedTests: 7,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  testResults: [],
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

  it('a check counts as one, and the last line has the sum of all stages', () => {
    const total = sum([checkCount(0), checkCount(2), { passed: 40, failed: 3 }]);
    expect(lastLine(total)).toBe('41 passed, 4 failed');
    expect(stageLine('Lint', { passed: 1, failed: 0 }, 1_234)).toMatch(
      /^ok {3}Lint +1\.2 s {3}1 passed, 0 failed$/,
    );
  });
});

describe('the slowest files of npm test', () => {
  const took = (seconds: number) => ({
    name: `/project/tools/src/${seconds}.spec.ts`,
    startTime: 5_000,
    endTime: 5_000 + seconds * 1_000,
  });

  it('are ten of all stages, the slowest first, by their path in the project', () => {
    const pure = fileTimes({ ...report, testResults: [1, 12, 3, 4, 5, 6].map(took) }, '/project');
    const e2e = fileTimes({ ...report, testResults: [7, 8, 9, 10, 11, 2].map(took) }, '/project');
    const lines = slowestFiles([...pure, ...e2e]);
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('   12.0 s   tools/src/12.spec.ts');
    expect(lines.at(-1)).toBe('    3.0 s   tools/src/3.spec.ts');
  });

  it('are none where no report was written', () => {
    expect(slowestFiles(fileTimes(undefined, '/project'))).toEqual([]);
  });
});
