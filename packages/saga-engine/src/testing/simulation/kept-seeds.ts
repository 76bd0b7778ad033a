import type { EngineCount } from '../../runtime/ports.js';
import { simulate, simulationReport } from './simulate.js';
import type { SimulationOptions } from './simulation.js';

/**
 * A run worth making again before any other. The number names it as long as the simulation draws
 * its choices in the same order: after a change there it is another run, and no worse a one.
 */
export interface KeptSeed {
  readonly seed: number;
  /** What went wrong in it once, or which rare way it goes. */
  readonly why: string;
}

/** The report of the first kept seed that breaks a promise; undefined when none does. */
export async function replayKept<Input>(
  options: SimulationOptions<Input>,
  kept: readonly KeptSeed[],
  counts: Map<EngineCount, number> = new Map(),
): Promise<string | undefined> {
  for (const { seed, why } of kept) {
    const budget = { runs: 1, seed };
    const report = await simulate(options, budget);
    for (const [name, count] of report.counts) counts.set(name, (counts.get(name) ?? 0) + count);
    if (report.failure) return `kept for: ${why}\n${simulationReport(report, budget)}`;
  }
  return undefined;
}
