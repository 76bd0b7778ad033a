import { exposeLabelledGauge } from './exposed-gauges.js';
import { Timings } from './timings.js';

/** The part of a coalescer that is used here. */
interface WatchedCoalescer {
  readonly waitingCount: number;
  onBatch: ((size: number, ms: number) => void) | undefined;
}

const SIZES = [1, 2, 4, 8, 16, 32, 64];

const sizes = new Timings({
  name: 'backstitch_batch_size',
  help: 'Number of items in one batch',
  labels: ['coalescer'],
  buckets: SIZES,
});
const durations = new Timings({
  name: 'backstitch_batch_duration_seconds',
  help: 'Duration of one batch',
  labels: ['coalescer'],
});
const watched = new Map<string, WatchedCoalescer>();
exposeLabelledGauge(
  'backstitch_batch_waiting',
  'Items that wait for the next batch',
  'coalescer',
  () => Object.fromEntries([...watched].map(([name, { waitingCount }]) => [name, waitingCount])),
);

/** Shows the batches of a coalescer under /metrics; of one name, the last one is watched. */
export function watchBatches(name: string, coalescer: WatchedCoalescer): void {
  watched.set(name, coalescer);
  coalescer.onBatch = (size, ms) => {
    sizes.observe(size, name);
    durations.observe(ms / 1_000, name);
  };
}
