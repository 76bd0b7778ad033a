import { spawn } from 'node:child_process';

/**
 * Runs a program on this terminal to its end, in place of this one: signals reach it, and its exit code
 * is ours. `advice` is added where it cannot be started.
 */
export function becomeProgram(
  program: string,
  words: readonly string[],
  { advice = '', ...options }: { cwd?: string; env?: NodeJS.ProcessEnv; advice?: string },
): void {
  const child = spawn(program, words, { ...options, stdio: 'inherit' });
  process.on('SIGINT', () => undefined); // the terminal's Ctrl-C reaches the program too
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.once('error', ({ message }) => {
    console.error(`${program} could not be started${advice}: ${message}`);
    process.exitCode = 1;
  });
  child.once('close', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
  });
}
