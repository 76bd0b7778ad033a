import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
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

/** The files of a tarball, without the folder that npm puts them into. */
export async function filesOf(tarball: string): Promise<string[]> {
  const { stdout } = await run('tar', ['-tzf', tarball]);
  return stdout
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
}

/** The text of one file of a tarball. */
export async function fileOf(tarball: string, path: string): Promise<string> {
  const { stdout } = await run('tar', ['-xzOf', tarball, `package/${path}`]);
  return stdout;
}
