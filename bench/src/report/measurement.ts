import type { SystemName } from '../systems/system.js';

/** Milliseconds per completed checkout; a part whose processes could not be seen is missing. */
export interface CpuMs {
  apps?: number;
  postgres?: number;
  rabbitmq?: number;
}

/** One system under one load, once. */
export interface Measurement {
  system: SystemName;
  round: number;
  /** Checkouts kept in flight. */
  inFlight: number;
  seconds: number;
  /** Answered 200, the only answer that counts as a checkout. */
  completed: number;
  /** Other answers, by status; a request without an answer counts under its error's code. */
  failed: Record<string, number>;
  /** One of those answers. */
  failure?: string;
  perSecond: number;
  latencyMs: { p50: number; p95: number; p99: number; max: number };
  cpuMs: CpuMs;
  /** Resident memory of all apps together, at the end of the load. */
  appsRssMb?: number;
}

/** CPU of every server process together; unknown as soon as one part is. */
export function cpuMsTotal({ apps, postgres, rabbitmq }: CpuMs): number | undefined {
  if (apps === undefined || postgres === undefined || rabbitmq === undefined) return undefined;
  return apps + postgres + rabbitmq;
}

export function failures({ failed }: Measurement): number {
  return Object.values(failed).reduce((sum, count) => sum + count, 0);
}
