import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  simulate,
  simulateInWorkers,
  type SimulationOptions,
} from '@backstitch/saga-engine/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const PROJECT = join(import.meta.dirname, '../../../../..');
const COMMAND = 'packages/saga-engine/dist/testing/simulation/main.js';
/** Threads and commands run what was built. */
const BUILT = join(PROJECT, 'apps/orchestrator/dist/testing/shop/simulation.js');

let folder: string;
/** The checkout without its pivot: a confirmation of unknown outcome is undone. */
let broken: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstitch-simulation-'));
  broken = join(folder, 'broken.mjs');
  writeFileSync(
    broken,
    `import simulation from ${JSON.stringify(pathToFileURL(BUILT).href)};
    const steps = simulation.definition.steps.map((step) => ({ ...step, pastPivot: false }));
    export default { ...simulation, broken: { definition: { ...simulation.definition, steps } } };`,
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(words: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd: PROJECT }, (error, output) => {
      resolve({ code: error ? Number(error.code) : 0, output });
    });
  });
}

describe('the simulation at scale', () => {
  it('makes the runs on all processors that it makes on one', async () => {
    const path: string = BUILT;
    const built = (await import(path)) as { default: SimulationOptions<unknown> };
    const budget = { runs: 1_200, seed: 1 };
    const module = pathToFileURL(BUILT).href;
    const report = await simulateInWorkers({ module, workers: 2 }, budget);
    expect(report).toEqual(await simulate(built.default, budget));
    expect(report.done + report.undone).toBeGreaterThan(1_200);
  }, 120_000);

  it('says how a run that broke a promise is made again, and it is', async () => {
    const found = await run([COMMAND, broken, '--runs', '3000', '--seed', '1', '--no-shrink']);
    expect(found.code).toBe(1);
    const [, again] = /; (node .+) makes this run again/.exec(found.output) ?? [];
    const promises = (output: string) => output.split('\n').filter((line) => line.startsWith('! '));
    expect(promises(found.output)).not.toEqual([]);
    const repeated = await run([...again!.split(' ').slice(1), '--no-shrink']);
    expect(promises(repeated.output)).toEqual(promises(found.output));
    expect(repeated.code).toBe(1);
  }, 120_000);

  it('says which words it takes when it is given others', async () => {
    expect(await run([COMMAND, BUILT, '--runs', 'many'])).toMatchObject({ code: 2 });
    expect(await run([COMMAND])).toMatchObject({ code: 2 });
    expect(await run([COMMAND, BUILT, '--many'])).toMatchObject({ code: 2 });
    expect(await run([COMMAND, '--help'])).toMatchObject({ code: 0 });
  });
});
