import {
  chmodSync,
  cpSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Account } from './account.js';
import { pathKey } from './project.js';

export interface FolderRights {
  uid: number;
  gid: number;
  mode: number;
}

/** Whether an account may walk through a folder (the x bit that counts for it). */
export function mayPass({ uid, gid, mode }: FolderRights, account: Account): boolean {
  if (uid === account.uid) return (mode & 0o100) !== 0;
  if (gid === account.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}

/** Whether an account can reach the files in a folder; true for one that does not exist yet. */
export function canReach(folder: string, account: Account): boolean {
  const parent = dirname(folder);
  if (!existsSync(folder)) return parent === folder || canReach(parent, account);
  const real = realpathSync(folder); // a link leads through the folders of its target
  const above = dirname(real);
  return mayPass(statSync(real), account) && (above === real || canReach(above, account));
}

/**
 * Letters, digits and a few signs. A shell, RabbitMQ's scripts, Erlang's arguments and PostgreSQL's
 * initdb each read something else into a blank, a quote, a "$" or a letter that is not ASCII.
 */
const PLAIN_PATH = /^[\w/.@+-]+$/;

export function isPlainPath(path: string): boolean {
  return PLAIN_PATH.test(path);
}

/**
 * Where a server's data really goes: where it was wished, unless the server's account cannot reach that
 * place (a checkout under /root, say) or its programs cannot bear it. Always the same place for the same
 * wish.
 */
export function dataFolderFor(wished: string, account: Account | undefined): string {
  const bearable = isPlainPath(wished) && (!account || canReach(dirname(wished), account));
  return bearable ? wished : placeOnMachine(wished);
}

/** A place on this machine for programs that any account may read and run; its parents are made. */
export function sharedFolderFor(wished: string): string {
  const folder = placeOnMachine(wished);
  makeParents(dirname(folder), 'all');
  writeFileSync(`${folder}${WISH}`, wished, { mode: 0o600 });
  return folder;
}

/** Every place where the data of a wish may be. */
function dataFoldersOf(wished: string): string[] {
  return [wished, placeOnMachine(wished)];
}

function placeOnMachine(wished: string): string {
  return join(machineStateFolder(), pathKey(wished));
}

/** Ends the name of a note beside a folder that is not where it was wished: the wish is in it. */
const WISH = '.wished';

/** Removes the data of checkouts that were deleted since; returns the folders. */
export function removeLostData(base = machineStateFolder()): string[] {
  const notes = existsSync(base) ? readdirSync(base).filter((name) => name.endsWith(WISH)) : [];
  return notes.flatMap((name) => {
    const note = join(base, name);
    if (existsSync(dirname(readFileSync(note, 'utf8')))) return [];
    const folder = note.slice(0, -WISH.length);
    rmSync(folder, { recursive: true, force: true });
    rmSync(note);
    return [folder];
  });
}

/** Removes what a server keeps, wherever it had to be put. */
export function removeDataFolder(wished: string): void {
  for (const folder of dataFoldersOf(wished)) rmSync(folder, { recursive: true, force: true });
  rmSync(`${placeOnMachine(wished)}${WISH}`, { force: true });
}

/** Plain, and the same for every checkout of one user. */
function machineStateFolder(): string {
  if (process.getuid?.() === 0) return '/var/lib/backstitch';
  const folder = join(homedir(), '.local', 'state', 'backstitch');
  return isPlainPath(folder) ? folder : join(tmpdir(), `backstitch-${process.getuid?.() ?? ''}`);
}

/**
 * Makes the folder of a wish, or takes over the one there is, so that the account (or we) may write it
 * and no other account may look into it. Returns where it is (see dataFolderFor). Data that an earlier
 * version kept in the wish's other place, open to all or under root's name, come along.
 */
export function openDataFolder(wished: string, account: Account | undefined): string {
  const folder = dataFolderFor(wished, account);
  makeParents(dirname(folder), account);
  for (const one of folder === wished ? [folder] : [dirname(folder), folder]) {
    if (existsSync(one)) refuseForeign(one, account);
  }
  if (isEmpty(folder)) {
    const former = dataFoldersOf(wished).find((one) => one !== folder && !isEmpty(one));
    if (former) move(former, folder);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  closeToOthers(folder, account);
  if (wished !== folder) writeFileSync(`${folder}${WISH}`, wished, { mode: 0o600 });
  return folder;
}

/** Makes a folder for the account alone, or takes it over. */
export function makeFolder(folder: string, account: Account | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  closeToOthers(folder, account);
}

/** Folders on the way to the account's: it passes through them, and no other account reads them. */
function makeParents(folder: string, whose: Account | 'all' | undefined): void {
  if (existsSync(folder)) return;
  makeParents(dirname(folder), whose);
  mkdirSync(folder);
  chmodSync(folder, whose ? 0o711 : 0o700); // whatever the umask is
}

function isEmpty(folder: string): boolean {
  return !existsSync(folder) || readdirSync(folder).length === 0;
}

function move(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const draft = join(dirname(to), `${basename(to)}.new`); // a copy cut short is no data folder
    rmSync(draft, { recursive: true, force: true });
    cpSync(from, draft, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    renameSync(draft, to);
    rmSync(from, { recursive: true, force: true });
  }
}

/** It was made by a run as root, or by another user in a folder that all may write to. */
function refuseForeign(folder: string, account: Account | undefined): void {
  const { uid } = lstatSync(folder);
  const ours = [process.getuid?.(), account?.uid];
  if (process.getuid === undefined || ours.includes(uid) || process.getuid() === 0) return;
  throw new Error(
    `${folder} belongs to another user (uid ${uid}): run the command as that user, or remove the folder.`,
  );
}

/**
 * Makes a folder readable for the account (or us) alone. One of another account is handed over
 * with all that is in it; the folder itself comes last, so that a hand-over cut short is done again.
 */
function closeToOthers(folder: string, account: Account | undefined): void {
  const { uid, mode } = lstatSync(folder);
  if (account && uid !== account.uid) {
    lchownSync(folder, 0, 0); // from here on no other account can put links into it
    chmodSync(folder, 0o700);
    handOverContent(folder, account);
    lchownSync(folder, account.uid, account.gid);
  } else if ((mode & 0o077) !== 0) {
    chmodSync(folder, 0o700);
  }
}

function handOverContent(folder: string, account: Account): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) handOverContent(path, account);
    lchownSync(path, account.uid, account.gid);
    if (!entry.isSymbolicLink()) chmodSync(path, lstatSync(path).mode & 0o700);
  }
}
