import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../servers/project.js';
import { fileTimes, jestCount } from './summary.js';
import type { JestEnd, JestReport, StageResult } from './summary.js';

const DURATION_MAX_MS = 40 * 60_000;
/** From the report to the end of the process. */
const EXIT_WITHIN_MS = 20_000;
const JEST = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];

/** The process group of the tests that run now. */
let runningGroup: number | undefined;

/** Runs one set of tests. jest reports progress on stderr; its stdout would repeat the report. */
export async function runJest(
  project: string,
  flags: readonly string[],
  env: NodeJS.ProcessEnv,
  folder: string,
): Promise<StageResult> {
  const reportFile = join(folder, `${project}.json`);
  // Written by tools/jest-left-open.mjs when something keeps the tests' event loop going.
  const leftOpenFile = `${reportFile}.left-open`;
  for (const file of [reportFile, leftOpenFile]) rmSync(file, { force: true });
  const words = [...JEST, '--selectProjects', project, '--json', '--outputFile', reportFile];
  const child = spawn(process.execPath, [...words, ...flags], {
    cwd: projectRoot(),
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true, // a group of its own, to be ended as a whole
  });
  runningGroup = child.pid;
  const end = await new Promise<JestEnd>((resolve) => {
    const overdue = watchEnd(reportFile, () => {
      const isLeft = existsSync(leftOpenFile);
      console.log(isLeft ? LEFT_OPEN : STUCK);
      resolve(isLeft ? 'left-open' : 'stuck');
      endRunningTests();
    });
    const ended = (exitCode: number): void => {
      clearInterval(overdue);
      resolve({ exitCode });
    };
    child.on('error', () => ended(127));
    child.on('close', (code) => ended(code ?? 1));
  });
  runningGroup = undefined;
  const report = readReport(reportFile);
  return { count: jestCount(report, end), files: fileTimes(report, projectRoot()) };
}

const LEFT_OPEN = 'The tests are done, yet something they left open keeps them running.';
/** A deadlock of Node.js between its main thread and V8's: github.com/nodejs/node/issues/54918. */
const STUCK = 'The tests are done and left nothing open, yet Node.js does not exit; it is ended.';

/** Tells once when the tests' process stays on after its report, and ends one that takes too long. */
function watchEnd(reportFile: string, tell: () => void): NodeJS.Timeout {
  const startedAtMs = performance.now();
  let doneAtMs = Infinity;
  const watch = setInterval(() => {
    const nowMs = performance.now();
    if (existsSync(reportFile)) doneAtMs = Math.min(doneAtMs, nowMs);
    if (nowMs - startedAtMs > DURATION_MAX_MS) endRunningTests();
    if (nowMs - doneAtMs <= EXIT_WITHIN_MS) return;
    clearInterval(watch);
    tell();
  }, 1_000);
  return watch;
}

/** Ends the running tests with everything they started in their process group. */
export function endRunningTests(): void {
  if (runningGroup === undefined) return;
  try {
    process.kill(-runningGroup, 'SIGKILL');
  } catch {
    // they ended this very moment
  }
}

function readReport(file: string): JestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JestReport;
  } catch {
    return undefined;
  }
}
