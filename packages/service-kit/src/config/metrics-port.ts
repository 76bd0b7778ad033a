const BESIDE = 1_000;
const PORT_MAX = 65_535;

/** Where an app that is told no METRICS_PORT tells its metrics: 0, any free port, when PORT is. Pure. */
export function metricsPortBeside(port: number): number {
  if (port === 0) return 0;
  return port + BESIDE <= PORT_MAX ? port + BESIDE : port - BESIDE;
}
