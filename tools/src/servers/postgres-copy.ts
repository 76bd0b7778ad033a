import { chmodSync, chownSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pg from 'pg';
import { accountForPostgres, type Account } from './account.js';
import { openDataFolder } from './data-folder.js';
import { writePrivate } from './private-files.js';
import type { PrivatePostgres } from './private-postgres.js';

/** The server that starts on the copy makes its own; the copied ones would be wrong. */
const LEFT_OUT = new Set(['postmaster.pid', 'postmaster.opts']);
/** Needed as folders, without what is in them. */
const EMPTY = new Set(['pg_wal', 'pg_replslot', 'pg_stat_tmp', 'pgsql_tmp', 'pg_dynshmem']);

/**
 * Copies the files of a PostgreSQL that works, as pg_basebackup does, which not every installation
 * has. A server that starts on the copy catches up by streaming. Returns the copy's folder.
 */
export async function copyRunningCluster(from: PrivatePostgres, dataDir: string): Promise<string> {
  const account = accountForPostgres();
  const folder = openDataFolder(dataDir, account);
  const copy = join(folder, basename(from.cluster));
  const draft = `${copy}.new`;
  await rm(draft, { recursive: true, force: true });
  const session = new pg.Client({ connectionString: `${from.url}/postgres` });
  await session.connect();
  try {
    const [start, stop] = from.major >= 15 ? BACKUP : BACKUP_BEFORE_15;
    await session.query(start);
    await copyFolder(from.cluster, draft, account);
    const { rows } = await session.query<{ labelfile: string }>(stop);
    writePrivate(join(draft, 'backup_label'), rows[0]!.labelfile, account);
  } finally {
    await session.end();
  }
  await rename(draft, copy);
  return copy;
}

/** The second statement must come from the session of the first; it does not wait for an archive. */
const BACKUP = [
  `SELECT pg_backup_start('standby', fast => true)`,
  'SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)',
] as const;
const BACKUP_BEFORE_15 = [
  `SELECT pg_start_backup('standby', true, false)`,
  'SELECT labelfile FROM pg_stop_backup(false, false)',
] as const;

async function copyFolder(from: string, to: string, account: Account | undefined): Promise<void> {
  await mkdir(to);
  chmodSync(to, 0o700);
  if (account) chownSync(to, account.uid, account.gid);
  if (EMPTY.has(basename(from))) return;
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (LEFT_OUT.has(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyFolder(source, target, account);
    else await copyOne(source, target, account);
  }
}

/** A file that is gone meanwhile (a table dropped) is gone for the copy too. */
async function copyOne(from: string, to: string, account: Account | undefined): Promise<void> {
  try {
    await copyFile(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (account) chownSync(to, account.uid, account.gid);
}
