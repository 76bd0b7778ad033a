import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Missing, run, say } from './steps.mjs';

/** The package manager's version that wrote the lockfile. */
const PNPM_VERSION = '12.21.0';
const PNPM_MAJOR = `${PNPM_VERSION.split('.')[0]}.`;

/** The pnpm to call: the one on PATH when its major is right, else a private one, fetched once. */
export async function findPnpm(root) {
  const privatePnpm = join(root, '.backstitch', 'pnpm', 'bin', 'pnpm');
  const program = (await works('pnpm')) ? 'pnpm' : privatePnpm;
  if (program === privatePnpm) {
    if (!(existsSync(privatePnpm) && (await works(privatePnpm)))) await fetchPnpm(root);
    // turbo calls pnpm by its bare name.
    process.env.PATH = `${dirname(privatePnpm)}${delimiter}${process.env.PATH ?? ''}`;
  }
  return program;
}

/** Asked outside the project: inside it an older pnpm, or a corepack shim, would fetch another first. */
async function works(program) {
  const { code, output } = await run(program, ['--version'], { cwd: tmpdir(), timeoutMs: 10_000 });
  return code === 0 && output.trim().startsWith(PNPM_MAJOR);
}

async function fetchPnpm(root) {
  const prefix = join(root, '.backstitch', 'pnpm');
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
  if (code === 0) return writeEntry(prefix);
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

/**
 * What npm links as `pnpm` has no first line that says what runs it, as long as the package's own
 * install script has not run; a shell copes with that, turbo does not.
 */
function writeEntry(prefix) {
  const entry = join(prefix, 'bin', 'pnpm');
  const program = join(prefix, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs');
  mkdirSync(dirname(entry), { recursive: true });
  writeFileSync(entry, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, {
    mode: 0o755,
  });
}
