import { type Costs, costs } from './costs.js';
import { costsReport } from './costs-report.js';
import type { Measurement } from './measurement.js';
import { median } from './statistics.js';
import { figure, table } from './table.js';

export const WAITING = 'with waiting sagas';
export const NONE = 'without';
const GROWTH_MAX_MB = 20;

/** The resident memory of each app at the end of a turn, by name. */
export interface Residents {
  round: number;
  system: string;
  mb: Readonly<Record<string, number>>;
}

/** What the comparison of a load beside waiting sagas with one without found out. */
export interface Waiting {
  /** So many wait. */
  sagas: number;
  measurements: Measurement[];
  residents: Residents[];
  costs: Costs;
}

export function waitingReport({ sagas, measurements, residents, costs: ratio }: Waiting): string {
  const rows = appsOf(residents).map((app) => {
    const [without, beside] = [NONE, WAITING].map((system) => mbOf(residents, system, app));
    return [app, figure(median(without!)), figure(median(beside!)), growth(residents, app)];
  });
  const head = ['resident MB, by app', NONE, WAITING, 'grows by'];
  return [
    `${sagas} sagas wait`,
    costsReport({ measurements, costs: [{ name: WAITING, of: NONE, ...ratio }] }),
    table([head, ...rows.map((row) => row.map((cell) => signed(cell)))]),
  ].join('\n\n');
}

/** What must not be: an app that holds sagas that wait. */
export function grown(residents: readonly Residents[]): string[] {
  return appsOf(residents).flatMap((app) => {
    const mb = growth(residents, app);
    return mb > GROWTH_MAX_MB ? [`${app} grows by ${Math.round(mb)} MB with waiting sagas`] : [];
  });
}

export function waitingCosts(measurements: readonly Measurement[]): Costs {
  return costs(measurements, WAITING, NONE);
}

/** The median of the rounds: each has a turn with waiting sagas and one without, side by side. */
function growth(residents: readonly Residents[], app: string): number {
  const [without, beside] = [mbOf(residents, NONE, app), mbOf(residents, WAITING, app)];
  return median(beside.map((mb, nth) => mb - without[nth]!));
}

function mbOf(residents: readonly Residents[], of: string, app: string): number[] {
  const own = residents.filter(({ system }) => system === of);
  return own.toSorted((a, b) => a.round - b.round).map(({ mb }) => mb[app] ?? Number.NaN);
}

function appsOf(residents: readonly Residents[]): string[] {
  return Object.keys(residents[0]?.mb ?? {});
}

function signed(cell: string | number): string {
  if (typeof cell === 'string') return cell;
  return `${cell < 0 ? '−' : '+'}${Math.abs(cell).toFixed(1)}`;
}
