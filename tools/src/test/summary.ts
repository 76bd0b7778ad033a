/** What counts of the report that jest writes with --json. */
export interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  /** Files that could not even be loaded: their tests are counted nowhere else. */
  numRuntimeErrorTestSuites: number;
}

export interface Count {
  passed: number;
  failed: number;
}

/** A house check counts as one. */
export function checkCount(exitCode: number): Count {
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** A run that failed without a failed test (nothing found, a crash, a leak) is one failure. */
export function jestCount(report: JestReport | undefined, exitCode: number): Count {
  const passed = report?.numPassedTests ?? 0;
  const failed = (report?.numFailedTests ?? 0) + (report?.numRuntimeErrorTestSuites ?? 0);
  const unexplained = exitCode !== 0 || !report ? 1 : 0;
  return { passed, failed: Math.max(failed, unexplained) };
}

export function sum(counts: readonly Count[]): Count {
  return {
    passed: counts.reduce((total, { passed }) => total + passed, 0),
    failed: counts.reduce((total, { failed }) => total + failed, 0),
  };
}

/** The last line of `npm test`. */
export function lastLine({ passed, failed }: Count): string {
  return `${passed} passed, ${failed} failed`;
}

/** One row of the table before the last line. */
export function stageLine(title: string, { passed, failed }: Count, durationMs: number): string {
  const verdict = failed === 0 ? 'ok  ' : 'FAIL';
  const seconds = (durationMs / 1000).toFixed(1).padStart(7);
  return `${verdict} ${title.padEnd(44)} ${seconds} s   ${lastLine({ passed, failed })}`;
}
