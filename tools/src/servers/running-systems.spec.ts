import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identityOf } from './process-identity.js';
import { ProcessLedger } from './process-ledger.js';
import { forgetSystem, rememberSystem, runningSystems } from './running-systems.js';

const system = {
  command: 'npm start' as const,
  apiUrl: 'http://127.0.0.1:8100',
  orchestratorUrl: 'http://127.0.0.1:8104',
  databases: { orders: 'postgresql://postgres:secret@127.0.0.1:5432/orders' },
};

describe('the systems that run from this folder', () => {
  let folder: string;
  let ledger: ProcessLedger;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'running-'));
    ledger = new ProcessLedger(join(folder, 'processes'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const running = () => runningSystems(join(folder, 'running'), ledger);

  it('are remembered for this user only, and forgotten', () => {
    expect(running()).toEqual([]);
    rememberSystem(system, join(folder, 'running'));
    expect(running()).toEqual([
      { ...system, owner: expect.objectContaining({ pid: process.pid }) },
    ]);
    const [file] = readdirSync(join(folder, 'running'));
    expect(statSync(join(folder, 'running', file!)).mode & 0o077).toBe(0);
    forgetSystem(join(folder, 'running'));
    expect(running()).toEqual([]);
  });

  it('are none once their launcher has ended, unless apps that it left behind still run', () => {
    rememberSystem(system, join(folder, 'running'));
    const file = join(folder, 'running', readdirSync(join(folder, 'running'))[0]!);
    const gone = { pid: spawnSync('true').pid, startedAt: 'before' };
    const left = { ...JSON.parse(readFileSync(file, 'utf8')), owner: gone };
    writeFileSync(file, JSON.stringify(left));
    expect(running()).toEqual([]);

    const entry = ledger.enter({
      name: 'orchestrator',
      kind: 'app',
      pid: process.pid,
      stopSteps: [],
    });
    const orphan = { ...entry, owner: gone };
    writeFileSync(join(ledger.folder, `${process.pid}.json`), JSON.stringify(orphan));
    expect(identityOf(process.pid)).toBeDefined();
    expect(running()).toHaveLength(1);
  });
});
