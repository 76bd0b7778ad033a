import type { Measurement } from '../report/measurement.js';

/** A measurement in which everything but what a test names is usual. */
export function measured(named: Partial<Measurement>): Measurement {
  return {
    system: 'backstitch',
    round: 1,
    inFlight: 64,
    seconds: 15,
    completed: 1_500,
    failed: {},
    perSecond: 100,
    latencyMs: { p50: 10, p95: 20, p99: 30, max: 40 },
    cpuMs: { apps: 1, postgres: 0.5, rabbitmq: 0.5 },
    appsRssMb: 700,
    ...named,
  };
}
