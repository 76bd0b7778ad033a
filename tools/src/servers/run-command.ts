import { spawn } from 'node:child_process';

export interface CommandResult {
  /** 127 when the program does not exist, as in a shell. */
  code: number;
  stdout: string;
  stderr: string;
  /** Both, as they came. */
  output: string;
}

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  timeoutMs?: number;
  /** Hands on what the program says while it says it. */
  onOutput?: (text: string) => void;
}

/** Runs a program to its end; never throws, never asks the terminal. */
export function runCommand(
  program: string,
  parameters: readonly string[],
  { timeoutMs, onOutput, ...options }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    const said = { stdout: '', stderr: '', output: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] += text;
        said.output += text;
        onOutput?.(text);
      });
    }
    child.on('error', ({ message }) =>
      resolve({ ...said, code: 127, output: said.output + message }),
    );
    child.on('close', (code) => resolve({ ...said, code: code ?? 1 }));
  });
}
