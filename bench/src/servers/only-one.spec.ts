import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Cleanup } from '@backstitch/tools';
import { beTheOnlyOne } from './only-one.js';

let folder: string;
let cleanup: Cleanup;
const mark = () => join(folder, 'running');
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'only-one-'));
  cleanup = new Cleanup(() => undefined);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('beTheOnlyOne', () => {
  it('keeps a second benchmark out, without removing what marks the first', async () => {
    writeFileSync(mark(), String(process.ppid));
    expect(() => beTheOnlyOne(mark(), cleanup)).toThrow(`as process ${process.ppid}`);
    await cleanup.run();
    expect(existsSync(mark())).toBe(true);
  });

  it('lets the next one in after one that ended, in order or not', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(mark(), String(pid));
    beTheOnlyOne(mark(), cleanup);
    await cleanup.run();
    expect(existsSync(mark())).toBe(false);
  });
});
