import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathKey } from './project.js';

/** The account a server runs under when it must not run as root. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** PostgreSQL refuses to run as root; it gets its own account, or the one that owns nothing. */
export function accountForPostgres(
  passwd = readPasswd(),
  uid = process.getuid?.(),
): Account | undefined {
  if (uid !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const line = passwd.split('\n').find((one) => one.startsWith(`${name}:`));
    const [, , accountUid, accountGid] = line?.split(':') ?? [];
    if (accountUid && accountGid) return { name, uid: Number(accountUid), gid: Number(accountGid) };
  }
  throw new Error(
    'PostgreSQL cannot run as root, and this machine has neither a user "postgres" nor a user ' +
      '"nobody". Run the command as an ordinary user.',
  );
}

function readPasswd(): string {
  return existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : '';
}

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

/** Whether an account can reach what lies in a folder; what does not exist yet bars nobody. */
export function canReach(folder: string, account: Account): boolean {
  if (existsSync(folder) && !mayPass(statSync(folder), account)) return false;
  return dirname(folder) === folder || canReach(dirname(folder), account);
}

/**
 * Where a server's data really goes: where it was wished, unless the server's account cannot reach that
 * place (a checkout under /root, say) or its scripts cannot bear it (blanks). Always the same place for
 * the same wish.
 */
export function dataFolderFor(wished: string, account: Account | undefined): string {
  const bearable = !/\s/.test(wished) && (!account || canReach(dirname(wished), account));
  return bearable ? wished : join(machineStateFolder(), pathKey(wished));
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

function machineStateFolder(): string {
  if (process.getuid?.() === 0) return '/var/lib/backstitch';
  return join(homedir(), '.local', 'state', 'backstitch');
}

/** Makes the folder of a wish (see dataFolderFor), so that the account (or we) may write it. */
export function makeFolder(folder: string, account: Account | undefined, wished = folder): void {
  mkdirSync(folder, { recursive: true });
  if (account) chownSync(folder, account.uid, account.gid);
  if (wished !== folder) writeFileSync(`${folder}${WISH}`, wished);
}
