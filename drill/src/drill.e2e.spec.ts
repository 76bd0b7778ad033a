import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ManagedProcess } from '@backstitch/launcher';
import { waitFor } from '@backstitch/testkit';
import { identityOf, projectRoot } from '@backstitch/tools';
import type { Report } from './report/report-data.js';

// Servers and ten apps are started, hurt and started again.
jest.setTimeout(600_000);

const FAULTS = ['kill-orchestrator', 'payment.after-call-before-outcome', 'kill-a-whole-service'];

/** `pnpm drill` in a folder for temporary files of its own. */
class DrillProcess {
  output = '';
  readonly temporary = mkdtempSync(join(tmpdir(), 'drill-test-'));
  readonly process: ManagedProcess;

  constructor(...words: string[]) {
    chmodSync(this.temporary, 0o711); // the servers' accounts must pass
    this.process = new ManagedProcess({
      name: 'the drill',
      parameters: [join(projectRoot(), 'drill', 'dist', 'main.js'), ...words],
      env: { ...process.env, TMPDIR: this.temporary },
      output: { onLine: (line) => (this.output += `${line}\n`) },
    });
    this.process.start();
  }

  /** All processes that it started, and those that they did. */
  descendants(): number[] {
    const table = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' });
    const parents = new Map(
      table.split('\n').map((line): [number, number] => {
        const [pid, parent] = line.trim().split(/\s+/).map(Number);
        return [pid ?? 0, parent ?? 0];
      }),
    );
    const isOurs = (pid: number): boolean =>
      pid > 1 && (parents.get(pid) === this.process.pid || isOurs(parents.get(pid) ?? 0));
    return [...parents.keys()].filter(isOurs);
  }

  destroy(): void {
    this.process.signal('SIGKILL');
    rmSync(this.temporary, { recursive: true, force: true });
  }
}

describe('pnpm drill', () => {
  let drill: DrillProcess;
  let results: string;

  beforeEach(() => {
    results = mkdtempSync(join(tmpdir(), 'drill-results-'));
  });

  afterEach(() => {
    drill.destroy();
    rmSync(results, { recursive: true, force: true });
  });

  it('loses nothing to faults that hit work in flight, and leaves nothing behind', async () => {
    const [json, report] = [join(results, 'drill.json'), join(results, 'drill.md')];
    const words = ['--once', '--rate', '20', '--faults', FAULTS.join(',')];
    drill = new DrillProcess(...words, '--json', json, '--report', report);
    const exitCode = await drill.process.ended;
    // Its first line names the seed: the output of a run that fails is what repeats it.
    expect({ exitCode, output: drill.output }).toMatchObject({ exitCode: 0 });

    const { breaches, faults, clients, sagas, reconciled, seed } = JSON.parse(
      readFileSync(json, 'utf8'),
    ) as Report;
    expect(breaches).toEqual([]);
    expect(drill.output).toContain(`seed ${seed}\n`);
    expect(readFileSync(report, 'utf8')).toContain(`# Drill, seed ${seed}: nothing was lost`);
    expect(faults.map(({ name }) => name).sort()).toEqual([...FAULTS].sort());
    for (const fault of faults) {
      expect(fault).toMatchObject({ recoveredAfterMs: expect.any(Number) });
      expect(fault.inFlight).toBeGreaterThan(0);
    }
    // The load was what it says it is.
    for (const kind of [clients.yes, clients.replayed, clients.no, clients.goingOn]) {
      expect(kind).toBeGreaterThan(0);
    }
    expect(sagas).toMatchObject({ unfinished: 0 });
    expect(sagas.completed + sagas.compensated).toBe(sagas.accepted);
    expect(reconciled).toEqual({ judged: sagas.accepted, breaches: 0 });
    expect(readdirSync(drill.temporary)).toEqual([]);
  });

  it('ends everything and removes its data when it is interrupted', async () => {
    drill = new DrillProcess('--rate', '5');
    await waitFor('the load', () => drill.output.includes(' 5 shoppers a second'), {
      timeoutMs: 180_000,
      everyMs: 100,
    });
    const started = drill.descendants();
    expect(started.length).toBeGreaterThan(10);
    drill.process.signal('SIGINT');
    expect(await drill.process.ended).toBe(2);
    expect(drill.output).toContain('stopped by SIGINT');
    await waitFor('all it started to be gone', () => !started.some((pid) => identityOf(pid)));
    expect(readdirSync(drill.temporary)).toEqual([]);
  });
});
