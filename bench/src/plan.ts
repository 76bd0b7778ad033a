import type { SystemName } from './systems/system.js';

/** One load on one system. */
export interface Turn {
  round: number;
  inFlight: number;
  system: SystemName;
}

/**
 * The order of a run: within a round and a load the systems come right after each other, and who is first
 * changes from round to round, so that a machine that gets slower while it works favours nobody.
 */
export function turns(
  rounds: number,
  loads: readonly number[],
  systems: readonly SystemName[],
): Turn[] {
  return Array.from({ length: rounds }, (_, index) => {
    const order = index % 2 === 0 ? systems : systems.toReversed();
    return loads.flatMap((inFlight) =>
      order.map((system) => ({ round: index + 1, inFlight, system })),
    );
  }).flat();
}
