import { relative } from 'node:path';

/** What counts of the report that jest writes with --json. */
export interface JestReport {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  /** Files that could not even be loaded: their tests are counted nowhere else. */
  numRuntimeErrorTestSuites: number;
  testResults: readonly { name: string; startTime: number; endTime: number }[];
}

/** How long one file of tests took. */
export interface FileTime {
  /** Its path in the project. */
  file: string;
  durationMs: number;
}

/** What one stage came to. Only stages of jest have files. */
export interface StageResult {
  count: Count;
  files: readonly FileTime[];
}

export interface Count {
  passed: number;
  failed: number;
}

/** A check (format, lint, types, imports, dead code) counts as one. */
export function checkCount(exitCode: number): Count {
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** The time of every test file of a report; a run without a report has none. */
export function fileTimes(report: JestReport | undefined, root: string): FileTime[] {
  const results = report?.testResults ?? [];
  return results.map(({ name, startTime, endTime }) => {
    return { file: relative(root, name), durationMs: endTime - startTime };
  });
}

/** The ten files that took longest, the slowest first, a line each. */
export function slowestFiles(files: readonly FileTime[]): string[] {
  const slowest = files.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, 10);
  return slowest.map(({ file, durationMs }) => `${seconds(durationMs)}   ${file}`);
}

/**
 * How the tests' process ended after its report: by itself; kept alive by what they left open; or not
 * at all, although its event loop had ended.
 */
export type JestEnd = { readonly exitCode: number } | 'left-open' | 'stuck';

/** A run that failed without a failed test (nothing found, a crash, a leak) is one failure. */
export function jestCount(report: JestReport | undefined, end: JestEnd): Count {
  const passed = report?.numPassedTests ?? 0;
  const failed = (report?.numFailedTests ?? 0) + (report?.numRuntimeErrorTestSuites ?? 0);
  const isWell = report !== undefined && isGoodEnd(report, end);
  return { passed, failed: Math.max(failed, isWell ? 0 : 1) };
}

function isGoodEnd({ success }: JestReport, end: JestEnd): boolean {
  return end === 'stuck' ? success : end !== 'left-open' && end.exitCode === 0;
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
  const count = lastLine({ passed, failed });
  return `${verdict} ${title.padEnd(44)} ${seconds(durationMs)}   ${count}`;
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1).padStart(7)} s`;
}
