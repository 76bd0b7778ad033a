import type { Books, SystemName } from '../systems/system.js';
import type { Circumstances } from './machine.js';
import { cpuMsTotal, failures, type Measurement } from './measurement.js';
import type { Ratios } from './ratios.js';
import { median, type Spread } from './statistics.js';
import { figure, table } from './table.js';

/** Everything one run found out; --json writes it as it is. */
export interface BenchResult {
  startedAt: string;
  circumstances: Circumstances;
  load: { seconds: number; warmSeconds: number; rounds: number; products: number; lines: number };
  systems: { name: SystemName; description: string; books: Books; completed: number }[];
  /** Of each system's apps, and of the servers with all systems up. */
  atRestCpuMsPerSecond: Record<string, number>;
  measurements: Measurement[];
  ratios: Ratios[];
}

/** The result for people. */
export function report(result: BenchResult): string {
  const loads = [...new Set(result.measurements.map(({ inFlight }) => inFlight))];
  return [
    heading(result),
    ...loads.map((inFlight) => loadTable(result, inFlight)),
    ratioTable(result.ratios),
    ...result.systems.map(booksLine),
    ...result.measurements.filter((one) => failures(one) > 0).map(failureLine),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function heading({
  circumstances: around,
  load,
  systems,
  atRestCpuMsPerSecond,
}: BenchResult): string {
  const rest = Object.entries(atRestCpuMsPerSecond).map(([who, ms]) => `${who} ${figure(ms)}`);
  const settings = Object.entries(around.postgresSettings).map(
    ([name, value]) => `${name} ${value}`,
  );
  const disk =
    around.fdatasyncUs === undefined
      ? 'unknown (no pg_test_fsync for it)'
      : `fdatasync of 8 kB takes ${around.fdatasyncUs} µs (pg_test_fsync)`;
  const lines = `${load.lines} ${load.lines === 1 ? 'line' : 'lines'}`;
  return table(
    [
      ['machine', around.machine],
      ['node', around.node],
      ['postgresql', around.postgres],
      ['', settings.join(', ')],
      ['disk', disk],
      ['rabbitmq', around.rabbitmq],
      [
        'load',
        `${load.rounds} × ${load.seconds} s each, in turn; ${lines} an order, ${load.products} products`,
      ],
      ['at rest', `CPU ms per second: ${rest.join(', ') || 'unknown'}`],
      ...systems.map(({ name, description }) => [name, description]),
    ].map(([name, text]) => [`${name?.padEnd(10)}   ${text}`]),
    '',
  );
}

const COLUMNS = [
  'checkouts/s',
  'CPU ms each',
  'apps',
  'postgres',
  'rabbitmq',
  'p50 ms',
  'p99 ms',
  'apps MB',
];

function loadTable({ measurements }: BenchResult, inFlight: number): string {
  const all = measurements.filter((one) => one.inFlight === inFlight);
  const names = [...new Set(all.map(({ system }) => system))];
  const rows = names.flatMap((name) => {
    const own = all.filter(({ system }) => system === name);
    const rounds = own.map((one) => [`  round ${one.round}`, ...figures(one)]);
    const middle = figures(own[0] as Measurement).map((_, column) =>
      figure(median(own.map((one) => values(one)[column] ?? Number.NaN))),
    );
    return [[name, ...middle], ...(own.length > 1 ? rounds : [])];
  });
  const title = inFlight === 1 ? '1 in flight (idle)' : `${inFlight} in flight`;
  return table([[title, ...COLUMNS], ...rows], '');
}

function values(one: Measurement): (number | undefined)[] {
  const { cpuMs, latencyMs, appsRssMb, perSecond } = one;
  return [
    perSecond,
    cpuMsTotal(cpuMs),
    cpuMs.apps,
    cpuMs.postgres,
    cpuMs.rabbitmq,
    latencyMs.p50,
    latencyMs.p99,
    appsRssMb,
  ];
}

function figures(one: Measurement): string[] {
  return values(one).map(figure);
}

function ratioTable(all: readonly Ratios[]): string {
  if (all.length === 0) return '';
  const rows = all.flatMap(({ inFlight, throughput, cpu, latencyP50 }) => [
    ratioRow(`${inFlight} in flight: throughput`, throughput),
    // When idle, most CPU is what everything burns at rest, the other system included.
    ...(cpu && inFlight > 1 ? [ratioRow(`${inFlight} in flight: less CPU per checkout`, cpu)] : []),
    ratioRow(`${inFlight} in flight: shorter latency (p50)`, latencyP50),
  ]);
  const title = `times better than the textbook, pair by pair (${all[0]?.pairs} pairs)`;
  return table([[title, 'median', 'lowest', 'highest'], ...rows], '');
}

function ratioRow(what: string, { median: middle, min, max }: Spread): string[] {
  return [`  ${what}`, ...[middle, min, max].map((ratio) => `${ratio.toFixed(2)} ×`)];
}

/** Whether a system did what it answered; the first checkouts, of its warm-up, are in the books too. */
function booksLine({ name, books, completed }: BenchResult['systems'][number]): string {
  const missing = books.confirmedOrders < completed ? ' — FEWER THAN IT ANSWERED' : '';
  return `${name}: ${books.confirmedOrders} orders confirmed in its database (${completed} answered 200 while measured), ${figure(books.logRowsPerSaga)} saga_logs rows each${missing}`;
}

function failureLine(one: Measurement): string {
  const kinds = Object.entries(one.failed).map(([kind, count]) => `${count} × ${kind}`);
  return `${one.system}, round ${one.round}, ${one.inFlight} in flight: ${kinds.join(', ')}; one of them: ${one.failure}`;
}
