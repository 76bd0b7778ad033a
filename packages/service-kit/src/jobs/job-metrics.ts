import { Counter } from 'prom-client';
import { exposeLabelledGauge } from '../exposed-gauges.js';
import { Timings } from '../timings.js';

const runs = new Counter({
  name: 'backstitch_job_runs_total',
  help: 'Runs of a periodic job that ended, failed ones included',
  labelNames: ['job'],
});
const failures = new Counter({
  name: 'backstitch_job_failures_total',
  help: 'Runs of a periodic job that failed',
  labelNames: ['job'],
});
const durations = new Timings({
  name: 'backstitch_job_duration_seconds',
  help: 'Duration of one run of a periodic job',
  labels: ['job'],
});
const lastSuccessS = new Map<string, number>();
exposeLabelledGauge(
  'backstitch_job_last_success_timestamp_seconds',
  'When the last run of a periodic job that did not fail ended; absent before the first one',
  'job',
  () => Object.fromEntries(lastSuccessS),
);

/** Shows the job under /metrics before its first run. */
export function exposeJob(job: string): void {
  runs.inc({ job }, 0);
  failures.inc({ job }, 0);
}

export function observeRun(job: string, outcome: 'succeeded' | 'failed', tookMs: number): void {
  runs.inc({ job });
  durations.observe(tookMs / 1_000, job);
  if (outcome === 'failed') failures.inc({ job });
  else lastSuccessS.set(job, Math.round(Date.now() / 1_000));
}
