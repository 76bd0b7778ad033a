import { spawn } from 'node:child_process';

export interface CommandResult {
  /** 127 when the program does not exist, as in a shell. */
  code: number;
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
    let output = '';
    const take = (chunk: Buffer) => {
      output += chunk;
      onOutput?.(String(chunk));
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => resolve({ code: 127, output: output + error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
