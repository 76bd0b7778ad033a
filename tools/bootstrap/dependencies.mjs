import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Missing, run, say } from './steps.mjs';

/** Folders whose subfolders are workspace packages, and packages of their own. */
const NESTS = ['apps', 'packages'];
const SINGLES = ['e2e', 'bench', 'examples', 'tools'];

/** Installs exactly what the lockfile names, unless that is what is already there. */
export async function installDependencies(root, pnpm) {
  // Inside node_modules, so that whoever removes that folder removes the memory of it too.
  const stamp = join(root, 'node_modules', '.backstitch-installed');
  const wanted = fingerprint(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && everyRoomHasModules(root)) {
    say('nothing to install');
    return;
  }
  say('installing dependencies (pnpm install --frozen-lockfile)');
  const { code, output } = await run(pnpm, ['install', '--frozen-lockfile', '--prefer-offline'], {
    cwd: root,
    env: { ...process.env, CI: 'true' }, // asks no question
  });
  if (code !== 0) {
    throw new Missing(
      "The dependencies could not be installed (pnpm's answer is below). The first installation " +
        `needs a network; later ones do not.\n\n${output.trim().split('\n').slice(-30).join('\n')}`,
    );
  }
  writeFileSync(stamp, wanted);
}

/** Changes whenever another installation could come out. */
function fingerprint(root) {
  const hash = createHash('sha256');
  hash.update(`${process.platform} ${process.arch} ${process.versions.modules}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests(root)]) {
    hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function everyRoomHasModules(root) {
  return manifests(root).every((manifest) => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(root, manifest), 'utf8'),
    );
    const needsModules = Object.keys({ ...dependencies, ...devDependencies }).length > 0;
    return !needsModules || existsSync(join(root, manifest, '..', 'node_modules'));
  });
}

function manifests(root) {
  const nested = NESTS.flatMap((nest) =>
    readdirSync(join(root, nest)).map((name) => join(nest, name, 'package.json')),
  );
  return ['package.json', ...nested, ...SINGLES.map((name) => join(name, 'package.json'))]
    .filter((manifest) => existsSync(join(root, manifest)))
    .sort((one, other) => one.localeCompare(other));
}
