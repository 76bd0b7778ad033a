import type { SagaMetricsPoint, SagaMetricsView, StepMetrics } from '@backstitch/shared-types';
import { onlyFields, type RawQuery, wrong } from '../query-fields.js';
import { Histogram } from '../../host/metrics/histogram.js';
import { MINUTE_MS, type MinuteRow } from '../../host/metrics/minute-counts.js';

/** Which minutes are asked for, and how many of them one point has. */
export interface MetricsQuery {
  readonly windowMinutes: number;
  readonly stepMinutes: number;
}

const HOUR = 60;
const WINDOW_MAX = 24 * HOUR;
const POINTS_MAX = 1_440;
const DURATION = /^([1-9]\d{0,3})([mh])$/;

/** Throws 400. Pure. */
export function metricsQuery(query: RawQuery): MetricsQuery {
  onlyFields(query, ['window', 'step']);
  const windowMinutes = minutesOf(query, 'window', HOUR, WINDOW_MAX);
  const stepMinutes = minutesOf(query, 'step', 1, windowMinutes);
  if (windowMinutes % stepMinutes !== 0) throw wrong('step', 'must divide window');
  if (windowMinutes / stepMinutes > POINTS_MAX) throw wrong('step', 'must be longer');
  return { windowMinutes, stepMinutes };
}

/** The rows of all instances, added up. Pure. */
export function metricsView(
  rows: readonly MinuteRow[],
  { windowMinutes, stepMinutes }: MetricsQuery,
  nowMs: number,
): SagaMetricsView {
  const stepMs = stepMinutes * MINUTE_MS;
  const { sinceMs, untilMs } = windowOf({ windowMinutes, stepMinutes }, nowMs);
  const points = Array.from({ length: windowMinutes / stepMinutes }, () => new Point());
  const steps = new Map<string, Histogram>();
  for (const row of rows) {
    points[Math.floor((row.minuteMs - sinceMs) / stepMs)]?.add(row);
    if (row.minuteMs < sinceMs || row.minuteMs >= untilMs) continue;
    for (const [name, buckets] of Object.entries(row.steps)) {
      const histogram = steps.get(name) ?? new Histogram();
      steps.set(name, histogram);
      histogram.add(buckets);
    }
  }
  return {
    since: timeOf(sinceMs),
    until: timeOf(untilMs),
    stepSeconds: stepMs / 1_000,
    series: points.map((point, index) => point.view(timeOf(sinceMs + index * stepMs))),
    steps: [...steps].map(([name, histogram]) => stepOf(name, histogram)),
  };
}

/** The window ends with the step that is under way. Pure. */
export function windowOf({ windowMinutes, stepMinutes }: MetricsQuery, nowMs: number) {
  const stepMs = stepMinutes * MINUTE_MS;
  const untilMs = nowMs - (nowMs % stepMs) + stepMs;
  return { sinceMs: untilMs - windowMinutes * MINUTE_MS, untilMs };
}

class Point {
  private readonly durations = new Histogram();
  private readonly byCode: Record<string, number> = {};
  private started = 0;
  private done = 0;
  private undone = 0;

  add({ started, done, undone, byCode, durations }: MinuteRow): void {
    this.started += started;
    this.done += done;
    this.undone += undone;
    for (const [code, count] of Object.entries(byCode)) {
      this.byCode[code] = (this.byCode[code] ?? 0) + count;
    }
    this.durations.add(durations);
  }

  view(t: string): SagaMetricsPoint {
    const { started, done, undone, byCode } = this;
    return { t, started, done, undone, byCode, ...percentilesOf(this.durations) };
  }
}

function stepOf(name: string, histogram: Histogram): StepMetrics {
  const at = name.lastIndexOf(':');
  const direction = name.slice(at + 1) === 'undo' ? 'undo' : 'do';
  return {
    step: name.slice(0, at),
    direction,
    count: histogram.count,
    ...percentilesOf(histogram),
  };
}

function percentilesOf(histogram: Histogram) {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => histogram.percentile(share));
  return { p50: p50!, p95: p95!, p99: p99! };
}

function minutesOf(query: RawQuery, field: string, usual: number, max: number): number {
  const text = query[field];
  if (text === undefined) return usual;
  const [, number, unit] = (typeof text === 'string' && DURATION.exec(text)) || [];
  const minutes = Number(number ?? 0) * (unit === 'h' ? HOUR : 1);
  if (minutes >= 1 && minutes <= max) return minutes;
  throw wrong(field, `must be minutes or hours such as 5m or 1h, at most ${max}m, given once`);
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
