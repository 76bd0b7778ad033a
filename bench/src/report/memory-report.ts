import { slope } from './statistics.js';
import { figure, table } from './table.js';

export interface MemorySample {
  /** Since the load began. */
  second: number;
  /** Resident, by app. */
  mb: Record<string, number>;
  /** All apps', with what they share counted once. */
  togetherMb: number;
}

export interface Memory {
  /** In the order in which they were taken. */
  samples: MemorySample[];
  completed: number;
  failed: Record<string, number>;
}

type Point = readonly [second: number, mb: number];

/** Each app's resident memory, and all together: at first, at last, at most, and which way it goes. */
export function memoryReport({ samples, completed }: Memory): string {
  const names = Object.keys(samples[0]?.mb ?? {});
  const of = (name: string) => samples.map(({ second, mb }): Point => [second, mb[name] ?? 0]);
  const all = samples.map(({ second, mb }): Point => {
    return [second, Object.values(mb).reduce((sum, one) => sum + one, 0)];
  });
  const together = samples.map(({ second, togetherMb }): Point => [second, togetherMb]);
  const last = samples.at(-1)?.second ?? 0;
  const title = `resident MB, ${Math.round(last)} s, ${completed} checkouts`;
  return table([
    [title, 'first', 'last', 'most', 'MB a minute', 'in the second half'],
    ...names.map((name) => row(name, of(name))),
    row('all apps, each for itself', all),
    row('all apps, shared pages once', together),
  ]);
}

/** A process that warms up grows at first; the second half tells whether it ever stops. */
function row(name: string, points: readonly Point[]): string[] {
  const mb = points.map(([, one]) => one);
  const half = points.slice(points.length >> 1);
  return [
    name,
    figure(mb[0]),
    figure(mb.at(-1)),
    figure(Math.max(...mb)),
    signed(slope(points) * 60),
    signed(slope(half) * 60),
  ];
}

function signed(value: number): string {
  return Number.isFinite(value) ? `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}` : '–';
}
