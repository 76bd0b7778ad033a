import type { EngineCount } from '../../runtime/ports.js';
import { Chance } from './chance.js';
import { shrink } from './shrink.js';
import { Simulation, type SimulationOptions } from './simulation.js';

/** Which runs to make: `seed`, the one after it, and so on. */
export interface SimulationBudget {
  readonly runs: number;
  readonly seed: number;
  /** How often a run that failed is made again to find a shorter one; default 4000. */
  readonly shrinkTriesMax?: number;
}

export interface SimulationReport {
  readonly runs: number;
  readonly done: number;
  readonly undone: number;
  /** Goodput: how many of these were undone although nothing required it. Must be 0. */
  readonly needlessUndos: number;
  /** What all engines counted together: whether what should be tried was tried. */
  readonly counts: ReadonlyMap<EngineCount, number>;
  /** The first run that broke a promise, made as short as could be; undefined when none did. */
  readonly failure: SimulationFailure | undefined;
}

export interface SimulationFailure {
  /** Makes the run again as it was found: `{ runs: 1, seed }`. */
  readonly seed: number;
  readonly problems: readonly string[];
  /** What happened, line by line, in the shortest run that still breaks a promise. */
  readonly trace: readonly string[];
}

/** A saga that is tried again for ever fills a trace with the same lines. */
const LINES_MAX = 150;
const LAST_LINES = 10;

/** Turns of the process's own event loop, which runs of a simulation leave none. */
const BREATHE_EVERY_RUNS = 500;

/** SIMULATION_RUNS and SIMULATION_SEED of the environment; a new seed when none is given. */
export function simulationBudget(runs: number, env = process.env): SimulationBudget {
  const seed = Number(env.SIMULATION_SEED ?? Math.floor(Math.random() * 1_000_000_000));
  return { runs: Number(env.SIMULATION_RUNS ?? runs), seed };
}

/**
 * Runs a saga again and again among orchestrators that crash, stand still and lose their leases, a
 * broker that loses, repeats and delays, and a database whose commits get lost, and checks after
 * every run what must hold. Stops at the first run that breaks a promise.
 */
export async function simulate<Input>(
  options: SimulationOptions<Input>,
  budget: SimulationBudget,
): Promise<SimulationReport> {
  const { runs, seed, shrinkTriesMax } = budget;
  const counts = new Map<EngineCount, number>();
  const counters = {
    count: (name: EngineCount) => void counts.set(name, (counts.get(name) ?? 0) + 1),
  };
  let done = 0;
  let undone = 0;
  let needlessUndos = 0;
  for (let run = 0; run < runs; run++) {
    const end = await new Simulation(options, new Chance(seed + run), { counters }).run();
    needlessUndos += end.needlessUndos;
    if (end.problems.length > 0) {
      const failure = await explain(options, seed + run, end.choices, shrinkTriesMax);
      return { runs: run + 1, done, undone, needlessUndos, counts, failure };
    }
    for (const { phase } of end.sagas) {
      if (phase === 'done') done++;
      else undone++;
    }
    if (run % BREATHE_EVERY_RUNS === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return { runs, done, undone, needlessUndos, counts, failure: undefined };
}

/** The report as a person reads it; `again` is the command that makes the run of a seed again. */
export function simulationReport(
  report: SimulationReport,
  { seed }: SimulationBudget,
  again = (failed: number) => `SIMULATION_SEED=${failed} SIMULATION_RUNS=1`,
): string {
  const { runs, done, undone, needlessUndos, failure } = report;
  const goodput = `${done} done, ${undone} undone, ${needlessUndos} of them needlessly`;
  if (!failure) return `simulation: ${runs} runs from seed ${seed}, ${goodput}`;
  const problems = failure.problems.map((problem) => `! ${problem}`);
  const first = `simulation: broken in run ${runs}; ${again(failure.seed)} makes this run again`;
  return [first, ...failure.trace, ...problems].join('\n');
}

async function explain<Input>(
  options: SimulationOptions<Input>,
  seed: number,
  choices: readonly number[],
  triesMax = 4_000,
): Promise<SimulationFailure> {
  const counters = { count: () => undefined };
  const fails = async (list: readonly number[]) => {
    const end = await new Simulation(options, new Chance(list), { counters }).run();
    return end.problems.length > 0;
  };
  const shortest = await shrink(choices, fails, triesMax);
  const lines: string[] = [];
  const { problems } = await new Simulation(options, new Chance(shortest), {
    counters,
    lines,
  }).run();
  return { seed, problems, trace: readable(lines) };
}

function readable(lines: readonly string[]): readonly string[] {
  if (lines.length <= LINES_MAX) return lines;
  const left = lines.length - LINES_MAX;
  const [first, last] = [lines.slice(0, LINES_MAX - LAST_LINES), lines.slice(-LAST_LINES)];
  return [...first, `            … ${left} more lines …`, ...last];
}
