import type { Circumstances } from './machine.js';
import { cpuMsTotal, type Measurement } from './measurement.js';
import { median } from './statistics.js';
import { figure } from './table.js';

export interface ChartData {
  measurements: readonly Measurement[];
  /** The load that is drawn. */
  inFlight: number;
  around: Pick<Circumstances, 'machine' | 'node' | 'postgres' | 'fdatasyncUs'>;
  /** ISO date. */
  at: string;
}

const WIDTH = 760;
const LEFT = 110;
const BAR_MAX = 520;
const BAR = 22;
const STEP = 32;
/** Readable in light and dark, on whatever background the page has. */
const STYLE = `
  text { font: 14px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 } .small { font-size: 11px; fill: #57606a }
  .first { fill: #1f6feb } .peer { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9da7b3 } .first { fill: #58a6ff } .peer { fill: #6e7681 }
  }`;

/** The load that says most: 64 in flight where it was measured, else the largest. */
export function chartedIn(measurements: readonly Measurement[]): number {
  const loads = measurements.map(({ inFlight }) => inFlight);
  return loads.includes(64) ? 64 : Math.max(...loads);
}

/** One picture of a comparison: bars of throughput and of CPU per checkout, medians of all rounds. */
export function chart({ measurements, inFlight, around, at }: ChartData): string {
  const names = [...new Set(measurements.map(({ system }) => system))];
  const middle = (name: string, value: (one: Measurement) => number | undefined) =>
    median(
      measurements
        .filter((one) => one.system === name && one.inFlight === inFlight)
        .map((one) => value(one) ?? Number.NaN),
    );
  const bars = (value: (one: Measurement) => number | undefined) =>
    names.map((name) => ({ name, value: middle(name, value) }));
  const panelHeight = names.length * STEP + 44;
  const height = 2 * panelHeight + 70;
  const disk = around.fdatasyncUs === undefined ? '' : `, fdatasync ${around.fdatasyncUs} µs`;
  const caption = [
    `${inFlight} checkouts in flight, median of the rounds, ${at.slice(0, 10)}; pnpm bench`,
    `${around.machine}; Node.js ${around.node}`,
    `PostgreSQL ${around.postgres}${disk}`,
  ];
  const title = 'Throughput and CPU per checkout';
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${title}" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">
<title>${title}</title>
<style>${STYLE}
</style>
${panel(
  'Checkouts per second (more is better)',
  bars((one) => one.perSecond),
  0,
)}
${panel(
  'CPU milliseconds per checkout, all server processes (less is better)',
  bars((one) => cpuMsTotal(one.cpuMs)),
  panelHeight,
)}
${caption.map((line, index) => textAt(8, 2 * panelHeight + 20 + index * 18, line, 'small')).join('\n')}
</svg>
`;
}

interface Bar {
  name: string;
  value: number;
}

function panel(title: string, bars: readonly Bar[], top: number): string {
  const most = Math.max(...bars.map(({ value }) => (Number.isFinite(value) ? value : 0)), 1e-9);
  const rows = bars.map(({ name, value }, index) => {
    const y = top + 36 + index * STEP;
    const width = Number.isFinite(value) ? Math.max(1, Math.round((value / most) * BAR_MAX)) : 0;
    const kind = index === 0 ? 'first' : 'peer';
    return [
      textAt(8, y + 16, name),
      `<rect class="${kind}" x="${LEFT}" y="${y}" width="${width}" height="${BAR}" rx="3"/>`,
      textAt(LEFT + width + 8, y + 16, figure(value)),
    ].join('\n');
  });
  return [textAt(8, top + 20, title, 'title'), ...rows].join('\n');
}

function textAt(x: number, y: number, text: string, kind?: string): string {
  return `<text x="${x}" y="${y}"${kind ? ` class="${kind}"` : ''}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, (one) => names[one] as string);
}
