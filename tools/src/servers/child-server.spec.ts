import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ChildServer } from './child-server.js';
import { ProcessLedger } from './process-ledger.js';

describe('a server of ours', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'child-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('that has ended is not up because another process answers at its port', async () => {
    const ledger = new ProcessLedger(join(folder, 'processes'));
    const server = new ChildServer({
      name: 'Late',
      program: 'sleep',
      parameters: ['0.5'],
      cwd: folder,
      env: process.env,
      logFile: join(folder, 'late.log'),
      stopSteps: [['SIGKILL', 5_000]],
      ledger,
    });
    const answeredByAnother = () => waitFor('its end', () => ledger.entries().length === 0);
    await expect(server.ready(answeredByAnother, 20_000)).rejects.toThrow('Late ended with code 0');
    expect(server.running).toBe(false);
  });
});
