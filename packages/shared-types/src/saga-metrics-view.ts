/** What was counted in one step of time; null: nothing ended in it. */
export interface SagaMetricsPoint {
  /** Its beginning. */
  t: string;
  started: number;
  done: number;
  undone: number;
  /** Of the undone ones. */
  byCode: Record<string, number>;
  /** From the start of a saga to its end, in ms. */
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** The commands of one step in the whole window: from the send to the reply, in ms. */
export interface StepMetrics {
  step: string;
  direction: 'do' | 'undo';
  count: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** The answer of GET /operations/metrics. Counts are written every 10 seconds. */
export interface SagaMetricsView {
  since: string;
  until: string;
  stepSeconds: number;
  /** Every step of the window, the oldest first. */
  series: SagaMetricsPoint[];
  steps: StepMetrics[];
}
