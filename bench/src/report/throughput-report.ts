import type { Ledgers } from '../systems/system.js';
import { chartedIn } from './chart.js';
import { loadName, loadTable, ratioTable } from './load-table.js';
import { failures, failureText, type Measurement } from './measurement.js';
import type { Ratios } from './ratios.js';
import { median } from './statistics.js';
import { figure, table } from './table.js';

/** What the comparison of systems found out. */
export interface Throughput {
  systems: { name: string; description: string; ledgers: Ledgers; completed: number }[];
  /** Of each system's own processes, and of the servers with all systems up. */
  atRestCpuMsPerSecond: Record<string, number>;
  measurements: Measurement[];
  ratios: { better: string; than: string; ofLoads: Ratios[] }[];
}

export function throughputReport(data: Throughput): string {
  const { measurements, systems, atRestCpuMsPerSecond } = data;
  const loads = [...new Set(measurements.map(({ inFlight }) => inFlight))];
  const rest = Object.entries(atRestCpuMsPerSecond).map(([who, ms]) => `${who} ${figure(ms)}`);
  return [
    table(systems.map(({ name, description }) => [`${name.padEnd(10)}   ${description}`])),
    `at rest, CPU ms per second: ${rest.join(', ') || 'unknown'}`,
    ...loads.map((inFlight) =>
      loadTable(
        measurements.filter((one) => one.inFlight === inFlight),
        loadName(inFlight),
      ),
    ),
    ...data.ratios.map(({ better, than, ofLoads }) =>
      ratioTable(`${better}: times better than ${than}`, ofLoads),
    ),
    systems
      .map(({ name }) => processesLine(name, measurements))
      .filter(Boolean)
      .join('\n'),
    systems.map(ledgersLine).join('\n'),
    ...measurements.filter((one) => failures(one) > 0).map(failureLine),
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** Which of a system's processes has most to do: the one that has to be split first. */
function processesLine(name: string, measurements: readonly Measurement[]): string {
  const inFlight = chartedIn(measurements);
  const own = measurements.filter((one) => one.system === name && one.inFlight === inFlight);
  const processes = Object.keys(own[0]?.cpuMsByProcess ?? {});
  if (processes.length < 2) return '';
  const each = processes.map((process) => {
    const ms = median(own.map((one) => one.cpuMsByProcess?.[process] ?? Number.NaN));
    return `${process} ${figure(ms)}`;
  });
  return `${name}, ${inFlight} in flight, CPU ms each: ${each.join(', ')}`;
}

/** Whether a system did what it answered; the first checkouts, of its warm-up, are in the ledgers too. */
function ledgersLine({ name, ledgers, completed }: Throughput['systems'][number]): string {
  const missing = ledgers.confirmedOrders < completed ? ' — FEWER THAN IT ANSWERED' : '';
  const rows = ledgers.logRowsPerSaga;
  const log = rows === undefined ? '' : `, ${figure(rows)} saga_logs rows each`;
  return `${name}: ${ledgers.confirmedOrders} orders confirmed in its database (${completed} answered 200 while measured)${log}${missing}`;
}

function failureLine(one: Measurement): string {
  return `${one.system}, round ${one.round}, ${one.inFlight} in flight: ${failureText(one)}`;
}
