import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accountForPostgres } from './account.js';
import {
  canReach,
  dataFolderFor,
  isPlainPath,
  makeFolder,
  mayPass,
  openDataFolder,
  removeDataFolder,
  removeLostData,
} from './data-folder.js';

const postgres = { name: 'postgres', uid: 101, gid: 104 };
const account = accountForPostgres();
const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('where a data folder goes', () => {
  it.each([
    // owner group mode   passes
    [101, 0, 0o700, true],
    [101, 0, 0o077, false],
    [0, 104, 0o710, true],
    [0, 104, 0o701, false],
    [0, 0, 0o701, true],
    [0, 0, 0o700, false],
  ])('a folder of %i:%i with mode %o can be entered: %s', (uid, gid, mode, passes) => {
    expect(mayPass({ uid, gid, mode }, postgres)).toBe(passes);
  });

  it('is the wished place when the account can reach it, else a stable other one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'reach-'));
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'closed'), { mode: 0o700 });
    const otherAccount = { name: 'otherAccount', uid: 4_000_001, gid: 4_000_001 };
    const [open, closed] = [join(folder, 'data'), join(folder, 'closed', 'data')];
    expect(canReach(folder, otherAccount)).toBe(true);
    expect(dataFolderFor(open, otherAccount)).toBe(open);
    expect(dataFolderFor(closed, undefined)).toBe(closed);
    expect(dataFolderFor(closed, otherAccount)).not.toContain(folder);
    expect(dataFolderFor(closed, otherAccount)).toBe(dataFolderFor(closed, otherAccount));
    symlinkSync(join(folder, 'closed'), join(folder, 'link'));
    expect(canReach(join(folder, 'link'), otherAccount)).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it('that was put elsewhere is removed once its checkout is gone', () => {
    const base = mkdtempSync(join(tmpdir(), 'elsewhere-'));
    const [kept, lost] = [join(base, 'kept'), join(base, 'lost')];
    makeFolder(kept, undefined);
    makeFolder(lost, undefined);
    writeFileSync(`${kept}.wished`, join(base, 'postgres'));
    writeFileSync(`${lost}.wished`, join(base, 'no-such-checkout', 'postgres'));
    expect(removeLostData(base)).toEqual([lost]);
    expect(readdirSync(base).sort()).toEqual(['kept', 'kept.wished']);
    expect(removeLostData(join(base, 'nothing'))).toEqual([]);
    rmSync(base, { recursive: true });
  });

  it.each([
    'O\'Neil & "Sons" $HOME (x)',
    'a b',
    'größe',
    '日本',
    'a%20b',
    'a;b',
    'a*b',
    'a\\b',
    'a\nb',
    '~',
    'a#b',
    'a=b',
    'a,b',
  ])('has a plain name when the checkout is in a folder named %j', (name) => {
    const wished = `/tmp/${name}/.backstitch/rabbitmq`;
    expect(isPlainPath(wished)).toBe(false);
    const folder = dataFolderFor(wished, account);
    expect(isPlainPath(folder)).toBe(true);
    expect(dataFolderFor(wished, account)).toBe(folder);
    expect(dataFolderFor(wished.replace('/tmp/', '/tmp/other '), account)).not.toBe(folder);
  });
});

describe('a data folder', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'data-'));
    chmodSync(home, 0o755);
  });
  afterEach(() => rmSync(home, { recursive: true }));

  /** As an earlier version left it: ours (root's), open to all. */
  function formerData(folder: string): void {
    mkdirSync(join(folder, 'inner'), { recursive: true, mode: 0o755 });
    writeFileSync(join(folder, 'inner', 'kept'), 'seven', { mode: 0o644 });
  }

  it('is its account’s alone from the start, whatever the umask is', () => {
    const before = process.umask(0);
    const folder = openDataFolder(join(home, 'deep', 'data'), account);
    process.umask(before);
    expect(modeOf(folder)).toBe(0o700);
    expect(modeOf(join(home, 'deep')) & 0o066).toBe(0);
    expect(statSync(folder).uid).toBe(account?.uid ?? process.getuid?.());
  });

  it('of an earlier version is taken over with all that is in it', () => {
    const wished = join(home, 'data');
    formerData(wished);
    const outside = join(home, 'outside');
    writeFileSync(outside, '', { mode: 0o644 });
    symlinkSync(outside, join(wished, 'link'));
    const folder = openDataFolder(wished, account);
    expect([folder, modeOf(folder)]).toEqual([wished, 0o700]);
    expect(readFileSync(join(folder, 'inner', 'kept'), 'utf8')).toBe('seven');
    expect([statSync(outside).uid, modeOf(outside)]).toEqual([process.getuid?.(), 0o644]);
    if (!account) return;
    expect(statSync(join(folder, 'inner', 'kept')).uid).toBe(account.uid);
    expect(modeOf(join(folder, 'inner', 'kept'))).toBe(0o600);
  });

  it('of an earlier version comes along to the other place when its own does not suit any more', () => {
    const wished = join(home, 'a "b"', 'data');
    formerData(wished);
    const folder = openDataFolder(wished, account);
    expect(folder).not.toBe(wished);
    expect(readFileSync(join(folder, 'inner', 'kept'), 'utf8')).toBe('seven');
    expect(existsSync(wished)).toBe(false);
    removeDataFolder(wished);
    expect([existsSync(folder), existsSync(`${folder}.wished`)]).toEqual([false, false]);
  });
});
