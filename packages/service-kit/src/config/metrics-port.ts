const BESIDE = 1_000;
const PORT_MAX = 65_535;

/** The metrics port of an app without METRICS_PORT: 0, any free port, when PORT is 0. Pure. */
export function metricsPortBeside(port: number): number {
  if (port === 0) return 0;
  return port + BESIDE <= PORT_MAX ? port + BESIDE : port - BESIDE;
}
