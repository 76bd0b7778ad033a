import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PROJECT, shellEnvironment } from './packed.js';
import { missingLines, type ReadmeStep } from './readme-script.js';

/** A limit for what hangs: packages are installed on the way. */
export const FOLLOW_MS_MAX = 400_000;
const MARK = '=== step ';

/** A step that did not print what its README says. */
interface WrongStep {
  readonly commands: string;
  readonly missing: readonly string[];
  readonly output: string;
}

export interface Followed {
  /** The exit code of the shell; -1 if it was killed. */
  readonly code: number;
  /** What the last step that ran printed. */
  readonly lastOutput: string;
  readonly wrong: readonly WrongStep[];
}

/**
 * Runs all steps of a README in one shell, as a reader does. It begins in the folder of the project,
 * and sees `variables` beside PATH and HOME. The shell ends at the first command that fails.
 */
export async function follow(
  steps: readonly ReadmeStep[],
  variables: Record<string, string>,
): Promise<Followed> {
  const marked = steps.map(({ commands }, index) => `echo '${MARK}${index}'\n${commands}`);
  const shell = spawn('bash', ['-euo', 'pipefail', '-c', marked.join('\n')], {
    cwd: PROJECT,
    env: { ...shellEnvironment(), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: what the shell started in the background ends with it.
    detached: true,
  });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on('data', (text: Buffer) => (output += text.toString()));
  }
  const timer = setTimeout(() => endGroup(shell.pid!), FOLLOW_MS_MAX);
  const [code] = (await once(shell, 'exit')) as [number | null];
  clearTimeout(timer);
  endGroup(shell.pid!);
  const outputs = output.split(new RegExp(`^${MARK}\\d+\\n`, 'm')).slice(1);
  const compared = steps.map(({ commands, prints }, index) => {
    const printed = outputs[index] ?? '';
    return { commands, missing: missingLines(printed, prints), output: printed };
  });
  return {
    code: code ?? -1,
    lastOutput: outputs.at(-1) ?? '',
    wrong: compared.filter(({ missing }) => missing.length > 0),
  };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended.
  }
}
