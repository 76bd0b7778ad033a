import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ManagedProcess, type ProcessPlan } from './managed-process.js';

/** Says its variable, and that it runs; with "stubborn" it does not end on SIGTERM. */
const PROGRAM = `
  process.on('SIGTERM', () => process.argv.includes('stubborn') || process.exit(3));
  console.log(process.env.WORD ?? 'none');
  setInterval(() => undefined, 1000);`;

describe('a process that is started and ended', () => {
  let folder: string;
  let one: ManagedProcess;
  let ends: [how: string, asked: boolean][];
  let lines: string[];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'managed-process-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  afterEach(() => one.end([['SIGKILL', 20_000]]));

  function make(words: readonly string[], plan: Partial<ProcessPlan> = {}): ManagedProcess {
    [ends, lines] = [[], []];
    one = new ManagedProcess({
      name: 'one',
      parameters: ['-e', PROGRAM, ...words],
      env: { PATH: process.env.PATH },
      output: { onLine: (line) => void lines.push(line) },
      onEnd: (how, asked) => void ends.push([how, asked]),
      ...plan,
    });
    return one;
  }
  const hasSpoken = async () => (lines.length > 0 ? undefined : 'it says nothing');

  it('ends on the first signal with its own exit code, and can be started again', async () => {
    make([]).start({ WORD: 'first' });
    await one.ready(hasSpoken, 20_000);
    expect(await one.end([['SIGTERM', 20_000]])).toBe(3);
    expect(lines.splice(0)).toEqual(['first']);
    one.start();
    await one.ready(hasSpoken, 20_000);
    expect(lines).toEqual(['none']);
    expect(ends).toEqual([['ended with code 3', true]]);
  });

  it('ends on the next signal when the first one does not end it', async () => {
    make(['stubborn']).start();
    await one.ready(hasSpoken, 20_000);
    const steps = [
      ['SIGTERM', 1],
      ['SIGKILL', 20_000],
    ] as const;
    expect(await one.end(steps)).toBe('SIGKILL');
    expect(one.running).toBe(false);
  });

  it('tells an end that was not asked for from one that was', async () => {
    make([]).start();
    await one.ready(hasSpoken, 20_000);
    one.signal('SIGKILL');
    expect(await one.ended).toBe('SIGKILL');
    expect(ends).toEqual([['ended with SIGKILL', false]]);
  });

  it('is never ready after its end, and the error has the end of its log', async () => {
    const file = join(folder, 'log');
    const parameters = ['-e', 'console.log("last words"); process.exit(7)'];
    make([], { parameters, output: { file } }).start();
    await one.ended;
    const ready = one.ready(async () => undefined, 20_000);
    await expect(ready).rejects.toThrow(/^one ended with code 7\..*\nlast words$/);
  });

  it('that cannot be started has ended, and the error says why', async () => {
    make([], { program: join(folder, 'no-such-program') }).start();
    await one.ended;
    await expect(one.ready(hasSpoken, 20_000)).rejects.toThrow(/could not be started: .*ENOENT/);
  });
});
