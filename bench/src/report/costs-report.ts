import type { Costs } from './costs.js';
import { loadName, loadTable, ratioRow } from './load-table.js';
import type { Measurement } from './measurement.js';
import { table } from './table.js';

export interface Costly {
  measurements: Measurement[];
  costs: ({ name: string; of: string } & Costs)[];
}

/** Kinds of load under the same number in flight, and what each costs in times of the first. */
export function costsReport({ measurements, costs }: Costly): string {
  const rows = costs.flatMap(({ name, cpu, time }) => [
    ...(cpu ? [ratioRow(`${name}: CPU`, cpu)] : []),
    ...(time ? [ratioRow(`${name}: time`, time)] : []),
  ]);
  const title = `in times of ${costs[0]?.of}, pair by pair`;
  return [
    loadTable(measurements, loadName(measurements[0]?.inFlight ?? 0)),
    table([[title, 'median', 'lowest', 'highest'], ...rows]),
  ].join('\n\n');
}
