import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endPrograms, runProgram } from './run-program.js';

/** Says that it runs, and does its cleaning up when it is asked to end. */
const TIDY = `const { writeFileSync } = require('node:fs');
  process.on('SIGTERM', () => { writeFileSync('tidied', ''); process.exit(3); });
  setInterval(() => undefined, 1000);
  writeFileSync('started', '');`;

describe('programs', () => {
  let cwd: string;
  const run = (text: string) =>
    runProgram(process.execPath, ['-e', text], { cwd, env: process.env, limitMs: 60_000 });

  beforeAll(() => {
    cwd = mkdtempSync(join(tmpdir(), 'run-program-'));
  });
  afterAll(() => rmSync(cwd, { recursive: true, force: true }));

  it('tell their exit code and all they said', async () => {
    const end = await run('console.log("out"); console.error("err"); process.exitCode = 4');
    expect(end.code).toBe(4);
    expect(end.output).toContain('out\n');
    expect(end.output).toContain('err\n');
  });

  it('that yield have the lowest priority', async () => {
    const untilLow = `const { constants, getPriority } = require('node:os');
      setInterval(() => getPriority() === constants.priority.PRIORITY_LOW && process.exit(5), 5);`;
    const place = { cwd, env: process.env, limitMs: 60_000, yields: true };
    expect(await runProgram(process.execPath, ['-e', untilLow], place)).toMatchObject({ code: 5 });
  });

  it('are waited for while they clean up, when they are ended', async () => {
    void run(TIDY);
    await waitFor('the program', () => existsSync(join(cwd, 'started')));
    await endPrograms();
    expect(existsSync(join(cwd, 'tidied'))).toBe(true);
  });
});
