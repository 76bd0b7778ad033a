import { Chance } from './chance.js';
import { shrink } from './shrink.js';
import { Simulation, type SimulationOptions } from './simulation.js';

/** Which runs to make: `seed`, the one after it, and so on. */
export interface SimulationBudget {
  readonly runs: number;
  readonly seed: number;
}

export interface SimulationReport {
  readonly runs: number;
  readonly done: number;
  readonly undone: number;
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
  { runs, seed }: SimulationBudget,
): Promise<SimulationReport> {
  let done = 0;
  let undone = 0;
  for (let run = 0; run < runs; run++) {
    const end = await new Simulation(options, new Chance(seed + run)).run();
    if (end.problems.length > 0) {
      const failure = await explain(options, seed + run, end.choices);
      return { runs: run + 1, done, undone, failure };
    }
    for (const { phase } of end.sagas) {
      if (phase === 'done') done++;
      else undone++;
    }
    if (run % BREATHE_EVERY_RUNS === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return { runs, done, undone, failure: undefined };
}

/** The report as a person reads it. */
export function simulationReport(report: SimulationReport, { seed }: SimulationBudget): string {
  const { runs, done, undone, failure } = report;
  if (!failure) return `simulation: ${runs} runs from seed ${seed}, ${done} done, ${undone} undone`;
  const problems = failure.problems.map((problem) => `! ${problem}`);
  const again = `SIMULATION_SEED=${failure.seed} SIMULATION_RUNS=1 makes this run again`;
  return [`simulation: broken in run ${runs}; ${again}`, ...failure.trace, ...problems].join('\n');
}

async function explain<Input>(
  options: SimulationOptions<Input>,
  seed: number,
  choices: readonly number[],
): Promise<SimulationFailure> {
  const shortest = await shrink(choices, async (list) => {
    const end = await new Simulation(options, new Chance(list)).run();
    return end.problems.length > 0;
  });
  const trace: string[] = [];
  const { problems } = await new Simulation(options, new Chance(shortest), trace).run();
  return { seed, problems, trace };
}
