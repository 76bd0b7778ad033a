import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pnpmProgram, writePnpmEntry } from './pnpm-entry.mjs';
import { Missing, run, say } from './steps.mjs';

/** The package manager's version that wrote the lockfile. */
const PNPM_VERSION = '12.21.0';
const PNPM_MAJOR = `${PNPM_VERSION.split('.')[0]}.`;

const UNUSABLE = new RegExp(`[${delimiter}\\n\\r]`);

/** The pnpm to call: the one on PATH when its major is right, else a private one, fetched once. */
export async function findPnpm(root) {
  if (UNUSABLE.test(root)) {
    throw new Missing(
      `This folder cannot be used: PATH cannot hold a "${delimiter}" or a line break, and every tool ` +
        `here is found by PATH. Rename it or a folder above it:\n\n  ${root}`,
    );
  }
  const prefix = join(root, '.backstitch', 'pnpm');
  const privatePnpm = join(prefix, 'bin', 'pnpm');
  const program = (await works('pnpm')) ? 'pnpm' : privatePnpm;
  if (program === privatePnpm) {
    if (existsSync(pnpmProgram(prefix))) writePnpmEntry(prefix);
    if (!(existsSync(privatePnpm) && (await works(privatePnpm)))) await fetchPnpm(prefix);
    // turbo calls pnpm by its bare name, and pnpm's entry calls node by its.
    const path = [dirname(privatePnpm), process.env.PATH, dirname(process.execPath)];
    process.env.PATH = path.filter(Boolean).join(delimiter);
  }
  return program;
}

/** Asked outside the project: inside it an older pnpm, or a corepack shim, would fetch another first. */
async function works(program) {
  const { code, output } = await run(program, ['--version'], { cwd: tmpdir(), timeoutMs: 10_000 });
  return code === 0 && output.trim().startsWith(PNPM_MAJOR);
}

async function fetchPnpm(prefix) {
  say(
    `pnpm ${PNPM_MAJOR}x is not on this machine; fetching pnpm ${PNPM_VERSION} into .backstitch/`,
  );
  mkdirSync(prefix, { recursive: true });
  const { code, output } = await run(
    'npm',
    [
      'install',
      '--prefix',
      prefix,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ].concat(`pnpm@${PNPM_VERSION}`),
    { cwd: prefix },
  );
  if (code === 0) return writePnpmEntry(prefix);
  if (code === 127) {
    throw new Missing(
      'Neither pnpm nor npm is on this machine. npm comes with Node.js from https://nodejs.org ' +
        '(some distributions package it separately: `apt-get install npm`).',
    );
  }
  throw new Missing(
    `pnpm ${PNPM_VERSION} could not be fetched (npm's answer is below). Is there a network?\n` +
      `Without one, put pnpm ${PNPM_MAJOR}x on PATH yourself.\n\n${output.trim()}`,
  );
}
