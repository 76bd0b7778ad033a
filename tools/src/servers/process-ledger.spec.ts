import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identityOf, sendSignal, stillRuns } from './process-identity.js';
import { ProcessLedger, type LedgerEntry } from './process-ledger.js';

describe('the ledger of started processes', () => {
  let folder: string;
  let ledger: ProcessLedger;
  const pids: number[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ledger-'));
    ledger = new ProcessLedger(folder);
  });
  afterEach(() => {
    for (const pid of pids.splice(0)) sendSignal(pid, 'SIGKILL');
    rmSync(folder, { recursive: true });
  });

  function sleeper(): LedgerEntry {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      stdio: 'ignore',
    });
    pids.push(child.pid!);
    const stopSteps = [['SIGTERM', 5_000]] as const;
    return ledger.enter({ name: 'sleeper', kind: 'app', pid: child.pid!, stopSteps })!;
  }

  /** Writes the entry again, as if another process had made it. */
  function rewrite(entry: LedgerEntry, change: Partial<LedgerEntry>): void {
    writeFileSync(join(folder, `${entry.pid}.json`), JSON.stringify({ ...entry, ...change }));
  }

  it('leaves alone what belongs to a launcher that lives', async () => {
    const entry = sleeper();
    expect(await ledger.sweep()).toEqual([]);
    expect(stillRuns(entry)).toBe(true);
    expect(ledger.entries()).toEqual([entry]);
  });

  it('ends what a dead launcher left, and forgets it', async () => {
    const entry = sleeper();
    rewrite(entry, { owner: { pid: process.pid, startedAt: 'another life of this pid' } });
    expect(await ledger.sweep()).toEqual([`sleeper (pid ${entry.pid})`]);
    expect(stillRuns(entry)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('never ends a process that merely has the pid of one it wrote down', async () => {
    const entry = sleeper();
    const owner = { pid: process.pid, startedAt: 'dead' };
    rewrite(entry, { startedAt: 'an earlier owner of the pid', owner });
    expect(await ledger.sweep()).toEqual([]);
    expect(stillRuns(entry)).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('survives an entry that was cut short', async () => {
    writeFileSync(join(folder, '1.json'), '{"pid":');
    expect(await ledger.sweep()).toEqual([]);
  });

  it('knows no process under a pid that is not in use', () => {
    const pidMax = Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8'));
    expect(identityOf(pidMax + 1)).toBeUndefined();
    expect(identityOf(process.pid)?.command).toContain('jest');
  });
});
