/** A thread that makes runs, slice after slice; see simulate-in-workers.ts. */
import { parentPort } from 'node:worker_threads';
import { simulate } from './simulate.js';
import type { SimulationOptions } from './simulation.js';
import type { Slice } from './simulate-in-workers.js';

const port = parentPort!;

port.on('message', (slice: Slice) => {
  // An error here ends the thread, and its asker hears of it.
  void serve(slice);
});

async function serve({ module, ...budget }: Slice): Promise<void> {
  const { default: simulation } = (await import(module)) as { default: SimulationOptions<unknown> };
  port.postMessage(await simulate(simulation, budget));
}
