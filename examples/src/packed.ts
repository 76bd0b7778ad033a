import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const PROJECT = join(import.meta.dirname, '../..');

/** The packages that others can use without this repository. */
export const PUBLISHED = ['coalesce', 'database', 'saga-engine'] as const;
export type Published = (typeof PUBLISHED)[number];

/** The environment of a shell that finds pnpm, and none of the settings of a pnpm that runs the tests. */
export function shellEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', BACKSTITCH_PNPM: pnpm } = process.env;
  const folders = pnpm === undefined ? [PATH] : [dirname(pnpm), PATH];
  return { HOME, PATH: [dirname(process.execPath), ...folders].join(':'), CI: 'true' };
}

/** Packs a package into a folder, and answers the path of its tarball. */
export async function pack(name: Published, folder: string): Promise<string> {
  const words = ['pack', '--pack-destination', folder];
  await run('pnpm', words, { cwd: join(PROJECT, 'packages', name), env: shellEnvironment() });
  return join(folder, `backstitch-${name}-0.1.0.tgz`);
}

/** Unpacks a tarball as npm does, and answers the paths of its files. */
export async function unpack(tarball: string, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort();
}
