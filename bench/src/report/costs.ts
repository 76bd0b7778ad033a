import type { Measurement } from './measurement.js';
import { ratios } from './ratios.js';
import type { Spread } from './statistics.js';

/** How many times as much one thing takes as another, pair by pair: CPU, and share of a second. */
export interface Costs {
  cpu?: Spread;
  /** Above 1 when fewer are completed in the same time. */
  time?: Spread;
}

export function costs(measurements: readonly Measurement[], dearer: string, than: string): Costs {
  // "How many times better is the cheaper" is "how many times as much does the dearer take".
  const [one] = ratios(measurements, than, dearer);
  return one ? { ...(one.cpu && { cpu: one.cpu }), time: one.throughput } : {};
}
