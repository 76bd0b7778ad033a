/**
 * `node …/simulation/main.js <module> [--runs N] [--seed N] [--workers N] [--no-kept] [--no-shrink]`:
 * the runs of a simulation at scale. The module's default export is the SimulationOptions; its `keptSeeds`, when it
 * has any, are run first. Exits with 1 when a run broke a promise, and says how to make it again.
 */
import { availableParallelism } from 'node:os';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { replayKept, type KeptSeed } from './kept-seeds.js';
import { simulationBudget, simulationReport } from './simulate.js';
import { simulateInWorkers } from './simulate-in-workers.js';
import type { SimulationOptions } from './simulation.js';

interface SimulationModule {
  readonly default: SimulationOptions<unknown>;
  readonly keptSeeds?: readonly KeptSeed[];
}

const RUNS = 100_000;
const PROGRESS_EVERY_MS = 10_000;
const USAGE = `simulate <module> [--runs N] [--seed N] [--workers N] [--no-kept] [--no-shrink]

  --runs N      so many runs [${RUNS.toLocaleString('en')}]
  --seed N      of the first run; those that follow count on from it [a fresh one]
  --workers N   threads [one a processor]
  --no-kept     without the seeds that failed once
  --no-shrink   a failing run as it was, not its shortest trace

Exit code 0: every run kept every promise. 1: one did not. 2: the simulation could not run.`;

class WrongUse extends Error {}

function given() {
  try {
    return parseArgs({
      args: process.argv.slice(2).filter((word) => word !== '--'),
      allowPositionals: true,
      options: {
        runs: { type: 'string' },
        seed: { type: 'string' },
        workers: { type: 'string' },
        'no-kept': { type: 'boolean', default: false },
        'no-shrink': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new WrongUse(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function count(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new WrongUse(`--${name} takes a whole number, not "${text}"`);
  return Number(text);
}

async function main(): Promise<number> {
  const { values, positionals } = given();
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new WrongUse(USAGE);
  const module = pathToFileURL(resolve(path)).href;
  const { default: simulation, keptSeeds = [] } = (await import(module)) as SimulationModule;
  const again = (seed: number) =>
    `node ${relative('', process.argv[1]!)} ${path} --no-kept --runs 1 --seed ${seed}`;

  if (!values['no-kept']) {
    const replayed = await replayKept(simulation, keptSeeds);
    console.log(`simulation: ${keptSeeds.length} kept seeds run again`);
    if (replayed) {
      console.log(`${replayed}\n`);
      return 1;
    }
  }
  const usual = simulationBudget(RUNS);
  const budget = {
    runs: count('runs', values.runs ?? `${usual.runs}`),
    seed: count('seed', values.seed ?? `${usual.seed}`),
    ...(values['no-shrink'] && { shrinkTriesMax: 0 }),
  };
  console.log(`simulation: ${budget.runs} runs from seed ${budget.seed}`);
  const startedAtMs = performance.now();
  let toldAtMs = startedAtMs;
  const progress = (runs: number): void => {
    if (performance.now() - toldAtMs < PROGRESS_EVERY_MS) return;
    toldAtMs = performance.now();
    console.log(`simulation: ${runs} of ${budget.runs} runs`);
  };
  const workers = count('workers', values.workers ?? `${availableParallelism()}`);
  const report = await simulateInWorkers({ module, progress, workers }, budget);
  console.log(simulationReport(report, budget, again));
  console.log(`simulation: ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s`);
  return report.failure ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof WrongUse ? error.message : error);
  process.exitCode = 2;
}
