import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Account } from './account.js';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;
const ONLY_ITS_OWNER = 0o600;

/**
 * Writes a file that only the server's account (or we) may read. What lay under its name is replaced:
 * a link that the account had put there would lead us, who may be root, to a file of someone else.
 */
export function writePrivate(file: string, text: string, account: Account | undefined): void {
  rmSync(file, { force: true });
  const descriptor = openPrivate(file, O_WRONLY | O_EXCL, account);
  try {
    writeFileSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

/** Opens a log to append to, which only the server's account (or we) may read. */
export function openPrivateLog(file: string, account: Account | undefined): number {
  return openPrivate(file, O_WRONLY | O_APPEND, account);
}

/** A file's text; undefined when there is none, or a link in its place. */
function readPrivate(file: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, O_RDONLY | O_NOFOLLOW);
  } catch {
    return undefined;
  }
  try {
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** In a server's data folder. */
export const PASSWORD_FILE = 'password';
const SECRET = /^[0-9a-f]{64}$/;

/** The secret that a file keeps: random, made once. A file of another content is made anew. */
export function keptSecret(file: string, account: Account | undefined): string {
  const kept = readPrivate(file);
  if (kept !== undefined && SECRET.test(kept)) return kept;
  const secret = randomBytes(32).toString('hex');
  writePrivate(file, secret, account);
  return secret;
}

/** Under what a server in this folder may still know its user: the documents' password, or a kept one. */
export function formerPasswords(folder: string, documented: string): string[] {
  const kept = readPrivate(join(folder, PASSWORD_FILE));
  return kept === undefined ? [documented] : [documented, kept];
}

function openPrivate(file: string, flags: number, account: Account | undefined): number {
  const descriptor = openSync(file, flags | O_CREAT | O_NOFOLLOW, ONLY_ITS_OWNER);
  fchmodSync(descriptor, ONLY_ITS_OWNER); // an older file may have been open to all
  if (account) fchownSync(descriptor, account.uid, account.gid);
  return descriptor;
}
