import { spawn, type ChildProcess } from 'node:child_process';
import { projectRoot } from '../servers/project.js';

const DURATION_MAX_MS = 60 * 60_000;
/** It may have servers of its own to end. */
const CLEANUP_MAX_MS = 40_000;

let running: ChildProcess | undefined;

/** Runs one of our own programs with its words on the terminal; resolves to its exit code. */
export function runProof(command: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...command], {
      cwd: projectRoot(),
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true, // a Ctrl-C is ours to hand on, once
    });
    running = child;
    const limit = setTimeout(() => {
      console.log(`It takes longer than ${DURATION_MAX_MS / 60_000} minutes and is ended.`);
      void endRunningProof();
    }, DURATION_MAX_MS);
    const ended = (code: number) => {
      clearTimeout(limit);
      running = undefined;
      resolve(code);
    };
    child.on('error', () => ended(127));
    child.on('close', (code) => ended(code ?? 1));
  });
}

/** Asks the running program to end, waits until it has cleaned up, and insists if it has not. */
export async function endRunningProof(): Promise<void> {
  const child = running;
  if (!child) return;
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), CLEANUP_MAX_MS);
  await closed;
  clearTimeout(insist);
}
