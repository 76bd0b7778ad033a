import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const PACKAGE = join(import.meta.dirname, '../../..');
const COMMAND = join(PACKAGE, 'bin/saga-sim.js');
/** The command runs what was built. */
const BUILT = pathToFileURL(join(PACKAGE, 'dist/index.js')).href;
const DEFINITION = `import { command, defineSaga, step, undo } from '${BUILT}';
const definition = defineSaga({ name: 'trip', version: 1, deadlineMs: 60_000, steps: [
  step('FLIGHT', {
    do: command('flights', 'book', () => ({})),
    undo: undo('CANCEL_FLIGHT', 'flights', 'cancel', () => ({})),
  }),
  step('TICKET', { do: command('tickets', 'issue', () => ({})), pivot: true }),
] });
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'saga-sim-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, rest: string): string {
  const path = join(folder, name);
  writeFileSync(path, `${DEFINITION}${rest}\n`);
  return path;
}

function run(...words: string[]): Promise<{ code: number; output: string; errors: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...words], (error, output, errors) => {
      resolve({ code: error ? Number(error.code) : 0, output, errors });
    });
  });
}

describe('the command saga-sim', () => {
  it('runs the simulation of a module and prints how many runs and the seed', async () => {
    const module = written('good.mjs', 'export default { definition, input: {} };');
    const { code, output } = await run(module, '--runs', '40', '--seed', '7', '--workers', '1');
    expect(output).toContain('simulation: 40 runs from seed 7');
    expect(code).toBe(0);
  }, 60_000);

  it('prints the command that makes a failing run again', async () => {
    const broken = `const steps = definition.steps.map((one) => ({ ...one, pastPivot: false }));
export default { definition, input: {}, broken: { definition: { ...definition, steps } } };`;
    const module = written('broken.mjs', broken);
    const words = ['--runs', '3000', '--seed', '1', '--no-shrink'];
    const { code, output } = await run(module, ...words);
    expect(output).toMatch(/; npx saga-sim \S+broken\.mjs --no-kept --runs 1 --seed \d+ makes/);
    expect(code).toBe(1);
  }, 60_000);

  it('tells how it is used', async () => {
    const help = await run('--help');
    expect(help.output).toMatch(/^Usage: saga-sim <module> \[options\]/);
    expect(help.code).toBe(0);
    const wrong = await run();
    expect(wrong.errors).toMatch(/^Usage: saga-sim/);
    expect(wrong.code).toBe(2);
  });

  it('refuses a module whose default export is no simulation', async () => {
    const { code, errors } = await run(written('empty.mjs', 'export default {};'));
    expect(errors).toMatch(/empty\.mjs must be \{ definition, input \}/);
    expect(code).toBe(2);
  });
});
