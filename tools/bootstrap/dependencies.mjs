import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Missing, run, say } from './steps.mjs';
import { workspaceFolders } from './workspaces.mjs';

/** Installs exactly what the lockfile names, unless that is what is already there. */
export async function installDependencies(root, pnpm) {
  // Inside node_modules, so that removing that folder removes the stamp too.
  const stamp = join(root, 'node_modules', '.backstitch-installed');
  const wanted = fingerprint(root);
  if (
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === wanted &&
    everyWorkspaceHasModules(root)
  ) {
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

/** Changes whenever an installation could have another result. */
function fingerprint(root) {
  const hash = createHash('sha256');
  hash.update(`${process.platform} ${process.arch} ${process.versions.modules}`);
  const settings = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.pnpmfile.cjs', ...patches(root)];
  for (const file of [...settings, ...manifests(root)]) {
    hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function everyWorkspaceHasModules(root) {
  return manifests(root).every((manifest) => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(root, manifest), 'utf8'),
    );
    const needsModules = Object.keys({ ...dependencies, ...devDependencies }).length > 0;
    return !needsModules || existsSync(join(root, manifest, '..', 'node_modules'));
  });
}

/** Changes of ours to packages. */
function patches(root) {
  return readdirSync(join(root, 'patches')).map((name) => join('patches', name));
}

function manifests(root) {
  const folders = workspaceFolders(root);
  return ['package.json', ...folders.map((folder) => join(folder, 'package.json'))];
}
