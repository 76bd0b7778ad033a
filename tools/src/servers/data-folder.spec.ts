import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  accountForPostgres,
  canReach,
  dataFolderFor,
  makeFolder,
  mayPass,
  removeLostData,
} from './data-folder.js';

const postgres = { name: 'postgres', uid: 101, gid: 104 };
const PASSWD = 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n';

describe('the account PostgreSQL runs under', () => {
  it('is our own unless we are root', () => {
    expect(accountForPostgres(PASSWD, 1000)).toBeUndefined();
  });

  it('is "postgres" for root, else "nobody"', () => {
    const both = `${PASSWD}postgres:x:101:104::/:/bin/sh\n`;
    expect(accountForPostgres(both, 0)).toEqual(postgres);
    expect(accountForPostgres(PASSWD, 0)).toMatchObject({ name: 'nobody', uid: 65_534 });
    expect(() => accountForPostgres('root:x:0:0', 0)).toThrow(/cannot run as root/);
  });
});

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
    const stranger = { name: 'stranger', uid: 4_000_001, gid: 4_000_001 };
    const [open, closed] = [join(folder, 'data'), join(folder, 'closed', 'data')];
    expect(canReach(folder, stranger)).toBe(true);
    expect(dataFolderFor(open, stranger)).toBe(open);
    expect(dataFolderFor(closed, undefined)).toBe(closed);
    expect(dataFolderFor(closed, stranger)).not.toContain(folder);
    expect(dataFolderFor(closed, stranger)).toBe(dataFolderFor(closed, stranger));
    expect(dataFolderFor(join(folder, 'a b', 'data'), undefined)).not.toMatch(/\s/);
    rmSync(folder, { recursive: true });
  });

  it('that was put elsewhere is removed once its checkout is gone', () => {
    const base = mkdtempSync(join(tmpdir(), 'elsewhere-'));
    const [kept, lost] = [join(base, 'kept'), join(base, 'lost')];
    makeFolder(kept, undefined, join(base, 'postgres'));
    makeFolder(lost, undefined, join(base, 'no-such-checkout', 'postgres'));
    expect(removeLostData(base)).toEqual([lost]);
    expect(readdirSync(base).sort()).toEqual(['kept', 'kept.wished']);
    expect(removeLostData(join(base, 'nothing'))).toEqual([]);
    rmSync(base, { recursive: true });
  });
});
