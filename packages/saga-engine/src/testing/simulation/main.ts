/**
 * `saga-sim <module>`: the runs of a simulation at scale. Exits with 1 when a run broke a promise,
 * and prints the command that makes that run again.
 */
import { availableParallelism } from 'node:os';
import { basename, relative, resolve } from 'node:path';
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
const USAGE = `Usage: saga-sim <module> [options]

Runs a saga many times on the real engine, with simulated time, processes, database and network. Each
run has crashes, takeovers, lost commits, late and repeated messages; each must keep every promise.

  <module>      a JavaScript module whose default export is { definition, input }. It may also export
                keptSeeds, a list of { seed, why }: these are run first.

Options:
  --runs N      how many runs [${RUNS.toLocaleString('en')}]
  --seed N      the seed of the first run; each further run has the next number [a new one]
  --workers N   how many threads [one for each processor]
  --no-kept     leave the kept seeds out
  --no-shrink   show a failing run as it was, not its shortest form
  -h, --help    show this text

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

async function load(module: string, path: string): Promise<SimulationModule> {
  const loaded = (await import(module)) as Partial<SimulationModule>;
  const { default: simulation, keptSeeds } = loaded;
  const isOne = typeof simulation?.definition === 'object' && simulation.input !== undefined;
  if (!isOne) throw new WrongUse(`the default export of ${path} must be { definition, input }`);
  return { default: simulation, ...(keptSeeds && { keptSeeds }) };
}

/** As a person would type it: as a command of the package, or as the file that was started. */
function thisCommand(): string {
  const started = process.argv[1]!;
  const isCommand = /^saga-sim(\.js)?$/.test(basename(started));
  return isCommand ? 'npx saga-sim' : `node ${relative('', started)}`;
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
  const { default: simulation, keptSeeds = [] } = await load(module, path);
  const again = (seed: number) => `${thisCommand()} ${path} --no-kept --runs 1 --seed ${seed}`;

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
