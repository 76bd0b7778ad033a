import { CPU_PARTS, cpuMsTotal, type Measurement } from './measurement.js';
import type { Ratios } from './ratios.js';
import { median, type Spread } from './statistics.js';
import { figure, table } from './table.js';

type Column = readonly [title: string, value: (one: Measurement) => number | undefined];

/** All systems under one load: the medians, and under them each round. */
export function loadTable(all: readonly Measurement[], title: string): string {
  const columns = columnsOf(all);
  const names = [...new Set(all.map(({ system }) => system))];
  const rows = names.flatMap((name) => {
    const own = all.filter(({ system }) => system === name);
    const rounds = own.map((one) => [
      `  round ${one.round}`,
      ...columns.map(([, value]) => figure(value(one))),
    ]);
    const middle = columns.map(([, value]) =>
      figure(median(own.map((one) => value(one) ?? Number.NaN))),
    );
    return [[name, ...middle], ...(own.length > 1 ? rounds : [])];
  });
  return table([[title, ...columns.map(([name]) => name)], ...rows]);
}

/** Parts that no system here consists of have no column. */
function columnsOf(all: readonly Measurement[]): Column[] {
  const parts = CPU_PARTS.filter((part) => all.some(({ cpuMs }) => part in cpuMs));
  return [
    ['checkouts/s', ({ perSecond }) => perSecond],
    ['CPU ms each', ({ cpuMs }) => cpuMsTotal(cpuMs)],
    ...parts.map((part): Column => [part, ({ cpuMs }) => cpuMs[part] ?? undefined]),
    ['p50 ms', ({ latencyMs }) => latencyMs.p50],
    ['p99 ms', ({ latencyMs }) => latencyMs.p99],
    ['MB', ({ appsRssMb }) => appsRssMb],
  ];
}

export function loadName(inFlight: number): string {
  return inFlight === 1 ? '1 in flight (idle)' : `${inFlight} in flight`;
}

/** How many times better, pair by pair. */
export function ratioTable(title: string, all: readonly Ratios[]): string {
  if (all.length === 0) return '';
  const rows = all.flatMap(({ inFlight, throughput, cpu, latencyP50 }) => [
    ratioRow(`${inFlight} in flight: throughput`, throughput),
    // When idle, most CPU is what everything uses without load, the other system included.
    ...(cpu && inFlight > 1 ? [ratioRow(`${inFlight} in flight: less CPU per checkout`, cpu)] : []),
    ratioRow(`${inFlight} in flight: shorter latency (p50)`, latencyP50),
  ]);
  const pairs = `${title}, pair by pair (${all[0]?.pairs} pairs)`;
  return table([[pairs, 'median', 'lowest', 'highest'], ...rows]);
}

export function ratioRow(what: string, { median: middle, min, max }: Spread): string[] {
  return [`  ${what}`, ...[middle, min, max].map((ratio) => `${ratio.toFixed(2)} ×`)];
}
