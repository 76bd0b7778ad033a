import type { Costs } from './costs.js';
import { costsReport } from './costs-report.js';
import type { Measurement } from './measurement.js';
import { median } from './statistics.js';
import { figure, table } from './table.js';

export const WITH_TOKEN = 'with a token';
export const WITHOUT = 'without';

/** What the comparison of checkouts with a token and without one found out. */
export interface TokenCosts extends Costs {
  users: number;
  measurements: Measurement[];
}

export function tokensReport({ users, measurements, ...costs }: TokenCosts): string {
  const cost = { name: WITH_TOKEN, of: WITHOUT, ...costs };
  return [
    `tokens of ${users} users, each verified before it is measured`,
    costsReport({ measurements, costs: [cost] }),
    processTable(measurements),
  ].join('\n\n');
}

/** Medians of the CPU of each app, and how many times as much it takes with a token. */
function processTable(measurements: readonly Measurement[]): string {
  const processes = Object.keys(measurements[0]?.cpuMsByProcess ?? {});
  const rows = processes.map((process) => {
    const [without, withToken] = [WITHOUT, WITH_TOKEN].map((subject) => {
      const own = measurements.filter(({ system }) => system === subject);
      return median(own.map(({ cpuMsByProcess }) => cpuMsByProcess?.[process] ?? Number.NaN));
    }) as [number, number];
    const ratio = `${(withToken / without).toFixed(2)} ×`;
    return [process, figure(without), figure(withToken), ratio];
  });
  return table([['CPU ms of a checkout, by app', WITHOUT, WITH_TOKEN, 'ratio'], ...rows]);
}
