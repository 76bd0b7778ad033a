import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, testVhost, type TestDatabase, type TestVhost } from '@backstitch/testkit';
import { PROJECT, shellEnvironment } from './packed.js';
import { missingLines, stepsOf, type ReadmeStep } from './readme-script.js';

const README = join(PROJECT, 'examples/trip/README.md');
/** A limit for what hangs: packages are installed on the way. */
const MAX_MS = 400_000;
const MARK = '=== step ';

let folder: string;
let database: TestDatabase;
let vhost: TestVhost;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstitch-trip-'));
  database = await testDatabase({ name: 'trip', migrate: async () => undefined });
  vhost = await testVhost('trip');
});

afterEach(async () => {
  await vhost.drop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** All steps in one shell, as a reader has it; the output of each, and how the shell ended. */
async function follow(steps: readonly ReadmeStep[]): Promise<{ code: number; outputs: string[] }> {
  const marked = steps.map(({ commands }, index) => `echo '${MARK}${index}'\n${commands}`);
  const shell = spawn('bash', ['-euo', 'pipefail', '-c', marked.join('\n')], {
    cwd: PROJECT,
    env: {
      ...shellEnvironment(),
      TRIP: join(folder, 'trip'),
      DATABASE_URL: database.url,
      RABBITMQ_URL: vhost.url,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: what it started in the background ends with it.
    detached: true,
  });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on('data', (text: Buffer) => (output += text.toString()));
  }
  const timer = setTimeout(() => endGroup(shell.pid!), MAX_MS);
  const [code] = (await once(shell, 'exit')) as [number | null];
  clearTimeout(timer);
  endGroup(shell.pid!);
  const outputs = output.split(new RegExp(`^${MARK}\\d+\\n`, 'm')).slice(1);
  return { code: code ?? -1, outputs };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended.
  }
}

describe('the README of the trip', () => {
  it(
    'takes a reader from the packages to a saga that survives a killed process',
    async () => {
      const steps = stepsOf(await readFile(README, 'utf8'));
      const { code, outputs } = await follow(steps);
      expect({ code, output: code === 0 ? '' : outputs.at(-1) }).toEqual({ code: 0, output: '' });
      const missing = steps.map(({ commands, prints }, index) => ({
        commands,
        missing: missingLines(outputs[index] ?? '', prints),
        output: outputs[index],
      }));
      expect(missing.filter((one) => one.missing.length > 0)).toEqual([]);
      expect(steps.filter(({ prints }) => prints.length > 0).length).toBeGreaterThan(5);
    },
    MAX_MS + 60_000,
  );
});
