export const CPU_PARTS = ['apps', 'engine', 'postgres', 'rabbitmq'] as const;
export type CpuPart = (typeof CPU_PARTS)[number];

/**
 * Milliseconds per completed checkout of each part that a system consists of; null when the part's
 * processes could not be seen. An engine is a server that a system brings along.
 */
export type CpuMs = Partial<Record<CpuPart, number | null>>;

/** What a load found out. */
export interface Figures {
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
  /** Of each of the system's own processes. */
  cpuMsByProcess?: Record<string, number>;
  /** Resident memory of all its own processes together, at the end of the load. */
  appsRssMb?: number;
}

/** One system, or one kind of order, under one load, once. */
export interface Measurement extends Figures {
  /** The subject that it is about. */
  system: string;
  round: number;
  /** Checkouts kept in flight. */
  inFlight: number;
}

/** CPU of every server process together; unknown as soon as one part is. */
export function cpuMsTotal(cpuMs: CpuMs): number | undefined {
  let total = 0;
  for (const part of CPU_PARTS) {
    const ms = cpuMs[part];
    if (ms === null) return undefined;
    total += ms ?? 0;
  }
  return total;
}

export function failures({ failed }: Pick<Figures, 'failed'>): number {
  return Object.values(failed).reduce((sum, count) => sum + count, 0);
}

/** "2 × 409, 1 × 503; one of them: no stock" */
export function failureText({ failed, failure }: Pick<Figures, 'failed' | 'failure'>): string {
  const kinds = Object.entries(failed).map(([kind, count]) => `${count} × ${kind}`);
  return `${kinds.join(', ')}; one of them: ${failure}`;
}
