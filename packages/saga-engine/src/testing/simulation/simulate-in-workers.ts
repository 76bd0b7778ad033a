import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { EngineCount } from '../../runtime/ports.js';
import type { SimulationBudget, SimulationReport } from './simulate.js';

/** What a worker is asked, and answers with a SimulationReport: one slice of the runs. */
export interface Slice extends SimulationBudget {
  readonly module: string;
}

export interface InWorkersOptions {
  /** The URL of a module whose default export is the SimulationOptions: threads share no objects. */
  readonly module: string;
  /** Default: one per processor. */
  readonly workers?: number;
  /** Told after every slice how many runs are made. */
  readonly progress?: (runs: number) => void;
}

const SLICE_RUNS = 1_000;

/**
 * The runs of a budget on all processors, in plain node: a hundred thousand in a minute. No new
 * slice is begun after one that failed; the report is that of the failure with the lowest seed.
 */
export async function simulateInWorkers(
  { module, workers = availableParallelism(), progress }: InWorkersOptions,
  budget: SimulationBudget,
): Promise<SimulationReport> {
  const slices = slicesOf(module, budget);
  const reports: SimulationReport[] = [];
  let runs = 0;
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./simulation-worker.js', import.meta.url), {
      execArgv: [],
    });
    try {
      for (let slice = slices.shift(); slice; slice = slices.shift()) {
        const report = await ask(worker, slice);
        reports.push(report);
        if (report.failure) slices.length = 0;
        runs += report.runs;
        progress?.(runs);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, slices.length) }, work));
  return merged(reports);
}

function slicesOf(module: string, { runs, seed, shrinkTriesMax }: SimulationBudget): Slice[] {
  const slices: Slice[] = [];
  for (let begun = 0; begun < runs; begun += SLICE_RUNS) {
    const rest = shrinkTriesMax === undefined ? {} : { shrinkTriesMax };
    slices.push({
      module,
      runs: Math.min(SLICE_RUNS, runs - begun),
      seed: seed + begun,
      ...rest,
    });
  }
  return slices;
}

async function ask(worker: Worker, slice: Slice): Promise<SimulationReport> {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  worker.postMessage(slice);
  const [report] = (await once(worker, 'message')) as [SimulationReport];
  return report;
}

function merged(reports: readonly SimulationReport[]): SimulationReport {
  const counts = new Map<EngineCount, number>();
  for (const report of reports) {
    for (const [name, count] of report.counts) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  const sum = (of: (report: SimulationReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const failures = reports.flatMap(({ failure }) => failure ?? []);
  failures.sort((a, b) => a.seed - b.seed);
  return {
    runs: sum(({ runs }) => runs),
    done: sum(({ done }) => done),
    undone: sum(({ undone }) => undone),
    needlessUndos: sum(({ needlessUndos }) => needlessUndos),
    counts,
    failure: failures[0],
  };
}
