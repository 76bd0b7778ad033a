#!/usr/bin/env node
/**
 * What `npm start` and `npm test` run first. It needs Node.js and nothing else: it gets pnpm, installs
 * the dependencies, builds, and then becomes the command that was asked for. What is already there is
 * not done again, and said so.
 */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './bootstrap/build.mjs';
import { installDependencies } from './bootstrap/dependencies.mjs';
import { nodeIsTooOld } from './bootstrap/node-version.mjs';
import { findPnpm } from './bootstrap/pnpm.mjs';
import { Missing } from './bootstrap/steps.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [command, ...commandArguments] = process.argv.slice(2);

async function main() {
  if (command !== 'start' && command !== 'test') {
    throw new Missing(`"${command ?? ''}" is not a command; it is \`npm start\` or \`npm test\`.`);
  }
  const tooOld = nodeIsTooOld(process.versions.node);
  if (tooOld) throw new Missing(tooOld);
  const pnpm = await findPnpm(root);
  await installDependencies(root, pnpm);
  await build(root);
  // The command runs in this very process: a signal reaches it directly and its exit code is ours.
  const program = join(root, 'tools', 'dist', command, 'main.js');
  process.argv = [process.argv[0], program, ...commandArguments];
  await import(pathToFileURL(program).href);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  console.error(`\n${error.message}\n`);
  process.exitCode = 1;
}
