import { join } from 'node:path';
import { projectRoot } from '../servers/project.js';
import { runCommand } from '../servers/run-command.js';
import { runProgram } from '../commands/run-program.js';
import { runJest } from './run-jest.js';
import type { Stage } from './stages.js';
import { checkCount, type StageResult } from './summary.js';

const CHECK_DURATION_MAX_MS = 40 * 60_000;
const PROOF_DURATION_MAX_MS = 60 * 60_000;

/** Runs one stage to its end; what it says goes to the terminal (a check that passes says nothing). */
export async function runStage(
  stage: Stage,
  env: NodeJS.ProcessEnv,
  folder: string,
): Promise<StageResult> {
  if (stage.kind === 'jest') return runJest(stage.name, stage.flags, env, folder);
  if (stage.kind === 'proof') {
    const yields = stage.isBeside === true;
    const place = { cwd: projectRoot(), env, limitMs: PROOF_DURATION_MAX_MS, show: true, yields };
    return verdict((await runProgram(process.execPath, stage.command, place)).code);
  }
  const [program, ...parameters] = stage.command;
  const { code, output } = await runCommand(bin(program), parameters, {
    cwd: projectRoot(),
    env: { ...env, TURBO_TELEMETRY_DISABLED: '1' },
    timeoutMs: CHECK_DURATION_MAX_MS,
  });
  if (code !== 0) console.log(output.trimEnd());
  return verdict(code);
}

function verdict(exitCode: number): StageResult {
  return { count: checkCount(exitCode), files: [] };
}

function bin(program: string): string {
  return join(projectRoot(), 'node_modules', '.bin', program);
}
