import { spawn } from 'node:child_process';

/** Something this machine lacks, told in words a newcomer can act on. */
export class Missing extends Error {}

/** One line about what the set-up does, or did not need to do. */
export function say(text) {
  console.log(`setup  ${text}`);
}

/**
 * Runs a program to its end. The result carries its exit code (127 when it does not exist) and its
 * output; with `show`, the output goes straight to the terminal instead.
 */
export function run(program, parameters, { cwd, env = process.env, show = false, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, {
      cwd,
      env,
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
      timeout: timeoutMs,
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 127, output: `${output}${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
