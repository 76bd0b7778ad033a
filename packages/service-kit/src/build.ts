import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Build {
  readonly version: string;
  /** What it was built from, as BUILD_COMMIT says. */
  readonly commit: string;
}

const UNKNOWN = 'unknown';

/** What runs here: the version of the nearest package.json above the program, and its commit. */
export function buildOf(program: string | undefined, commit: string | undefined): Build {
  return { version: versionAbove(program ?? ''), commit: commit?.trim() || UNKNOWN };
}

export const BUILD = buildOf(process.argv[1], process.env.BUILD_COMMIT);

function versionAbove(program: string): string {
  for (let folder = dirname(program); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : UNKNOWN;
  }
  return UNKNOWN;
}
