import * as statistics from 'simple-statistics';

export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** NaN of none: a load may complete nothing. */
export function median(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : statistics.median(values);
}

/** The value at a share (0 to 1) of ascending values; NaN of none. */
export function quantileOfSorted(sorted: readonly number[], share: number): number {
  return sorted.length === 0 ? Number.NaN : statistics.quantileSorted(sorted, share);
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** How much y grows for each unit of x, by least squares; NaN of fewer than two points. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  if (points.length < 2) return Number.NaN;
  return statistics.linearRegression(points.map(([x, y]) => [x, y])).m;
}
