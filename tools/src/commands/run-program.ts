import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';

export interface ProgramEnd {
  readonly code: number;
  readonly output: string;
}

export interface ProgramPlace {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly limitMs: number;
  /** What it says goes to our terminal, and is not part of its end. */
  readonly show?: boolean;
  /** It computes only while no other program wants the processor. */
  readonly yields?: boolean;
}

/** A drill ends nine apps and its servers, which are in no group of ours. */
const CLEANUP_MS_MAX = 40_000;

/** Process groups that run now, and when each has ended. */
const running = new Map<number, Promise<void>>();
let ending = false;

/**
 * Runs a program to its end, or ends it with all its children after the limit. Never throws. Once
 * programs are to end nothing is started, and the end of a program is no longer reported.
 */
export function runProgram(
  program: string,
  words: readonly string[],
  { cwd, env, limitMs, show = false, yields = false }: ProgramPlace,
): Promise<ProgramEnd> {
  if (ending) return new Promise(() => undefined);
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      cwd,
      env,
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
      detached: true, // a group of its own, to be ended as a whole
    });
    const { pid } = child;
    if (pid !== undefined) {
      if (yields) setPriority(pid, constants.priority.PRIORITY_LOW);
      running.set(pid, new Promise((closed) => child.once('close', () => closed())));
    }
    let output = '';
    const take = (chunk: Buffer): void => void (output += String(chunk));
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    const limit = setTimeout(() => {
      const told = `it takes longer than ${limitMs / 1_000} s and is ended`;
      if (show) console.log(told);
      output += `\n${told}`;
      if (pid !== undefined) void endGroup(pid);
    }, limitMs);
    const ended = (code: number): void => {
      clearTimeout(limit);
      if (pid !== undefined) running.delete(pid);
      if (!ending) resolve({ code, output });
    };
    child.on('error', (error) => {
      output += error.message;
      ended(127);
    });
    child.on('close', (code) => ended(code ?? 137));
  });
}

/** Ends what still runs, for good; resolves when it has. */
export async function endPrograms(): Promise<void> {
  ending = true;
  await Promise.all([...running.keys()].map(endGroup));
}

/** Asks a group to end, so that it cleans up, and insists when it does not. */
async function endGroup(pid: number): Promise<void> {
  signalGroup(pid, 'SIGTERM');
  const insist = setTimeout(() => signalGroup(pid, 'SIGKILL'), CLEANUP_MS_MAX);
  await running.get(pid);
  clearTimeout(insist);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // it ended this very moment
  }
}
