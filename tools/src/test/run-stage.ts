import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../servers/project.js';
import { runCommand } from '../servers/run-command.js';
import { runProof } from './run-proof.js';
import type { Stage } from './stages.js';
import { checkCount, jestCount, type Count, type JestReport } from './summary.js';

const STAGE_DURATION_MAX_MS = 40 * 60_000;
/** From the report to the end of the process: whoever takes longer has left something open. */
const EXIT_WITHIN_MS = 20_000;
const JEST = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];

/** Runs one stage to its end; what it says goes to the terminal (a check that passes says nothing). */
export async function runStage(
  stage: Stage,
  env: NodeJS.ProcessEnv,
  folder: string,
): Promise<Count> {
  if (stage.kind === 'jest') return runJest(stage.name, stage.flags, env, folder);
  if (stage.kind === 'proof') return checkCount(await runProof(stage.command, env));
  const [program, ...parameters] = stage.command;
  const { code, output } = await runCommand(bin(program), parameters, {
    cwd: projectRoot(),
    env: { ...env, TURBO_TELEMETRY_DISABLED: '1' },
    timeoutMs: STAGE_DURATION_MAX_MS,
  });
  if (code !== 0) console.log(output.trimEnd());
  return checkCount(code);
}

async function runJest(
  project: string,
  flags: readonly string[],
  env: NodeJS.ProcessEnv,
  folder: string,
): Promise<Count> {
  const reportFile = join(folder, `${project}.json`);
  rmSync(reportFile, { force: true });
  const words = [...JEST, '--selectProjects', project, '--json', '--outputFile', reportFile];
  const exitCode = await shown([...words, ...flags], env, () => existsSync(reportFile));
  return jestCount(readReport(reportFile), exitCode);
}

/** The process group of the tests that run now. */
let runningGroup: number | undefined;

/** Ends the running tests with everything they started in their process group. */
export function endRunningTests(): void {
  if (runningGroup === undefined) return;
  try {
    process.kill(-runningGroup, 'SIGKILL');
  } catch {
    // they ended this very moment
  }
}

/** jest reports progress on stderr; its stdout would repeat the report. */
function shown(
  parameters: readonly string[],
  env: NodeJS.ProcessEnv,
  isDone: () => boolean,
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, parameters, {
      cwd: projectRoot(),
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
      detached: true, // a group of its own, to be ended as a whole
    });
    runningGroup = child.pid;
    const startedAtMs = performance.now();
    let doneAtMs = Infinity;
    const watch = setInterval(() => {
      const nowMs = performance.now();
      if (isDone()) doneAtMs = Math.min(doneAtMs, nowMs);
      const leaks = nowMs - doneAtMs > EXIT_WITHIN_MS;
      if (leaks)
        console.log('The tests are done, yet something they left open keeps them running.');
      if (leaks || nowMs - startedAtMs > STAGE_DURATION_MAX_MS) endRunningTests();
    }, 1_000);
    const ended = (code: number) => {
      clearInterval(watch);
      runningGroup = undefined;
      resolve(code);
    };
    child.on('error', () => ended(127));
    child.on('close', (code) => ended(code ?? 1));
  });
}

function readReport(file: string): JestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JestReport;
  } catch {
    return undefined;
  }
}

function bin(program: string): string {
  return join(projectRoot(), 'node_modules', '.bin', program);
}
