import { cpuMsTotal, failures, failureText, type Figures } from './measurement.js';
import { median } from './statistics.js';
import { figure, table } from './table.js';

/** One round: what 64 in flight reached, and the latencies at half that rate. */
export interface HalfLoad extends Figures {
  round: number;
  saturatedPerSecond: number;
  offeredPerSecond: number;
}

const COLUMNS: readonly [title: string, value: (one: HalfLoad) => number | undefined][] = [
  ['64 in flight/s', ({ saturatedPerSecond }) => saturatedPerSecond],
  ['offered/s', ({ offeredPerSecond }) => offeredPerSecond],
  ['p50 ms', ({ latencyMs }) => latencyMs.p50],
  ['p95 ms', ({ latencyMs }) => latencyMs.p95],
  ['p99 ms', ({ latencyMs }) => latencyMs.p99],
  ['CPU ms each', ({ cpuMs }) => cpuMsTotal(cpuMs)],
];

export function halfLoadReport(all: readonly HalfLoad[]): string {
  const row = (name: string, of: readonly HalfLoad[]) => [
    name,
    ...COLUMNS.map(([, value]) => figure(median(of.map((one) => value(one) ?? Number.NaN)))),
  ];
  const rows = all.map((one) => row(`  round ${one.round}`, [one]));
  const title = ['backstitch at half load', ...COLUMNS.map(([name]) => name)];
  const failed = all
    .filter((one) => failures(one) > 0)
    .map((one) => `\n\nround ${one.round}, half load: ${failureText(one)}`);
  return table([title, row('median', all), ...rows]) + failed.join('');
}
