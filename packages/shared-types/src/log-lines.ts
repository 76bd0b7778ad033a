/** What an instance answers to GET /logs on METRICS_PORT. */
export interface LogLines {
  app: string;
  instanceId: string;
  /** As they were written: JSON. Oldest first; the newest ones when there are more. */
  lines: string[];
  isCut: boolean;
  keptSince: string | null;
}

export interface LogLineView {
  at: string;
  app: string;
  instanceId: string;
  level: string;
  message: string;
  /** Everything else that the line has. */
  fields: Record<string, unknown>;
}

/** The answer of GET /operations/logs. */
export interface LogSearch {
  /** Oldest first; the newest ones when there are more. */
  lines: LogLineView[];
  /** Apps whose lines are not all among them, and why. */
  incomplete: { app: string; why: string }[];
  /** From this time on the lines of every app that answered are kept; null when none answered. */
  keptSince: string | null;
}

/** The lines that a body holds; undefined when it holds none. Pure. */
export function logLinesFrom(body: unknown): LogLines | undefined {
  const { app, instanceId, lines } = (body ?? {}) as Partial<LogLines>;
  if (typeof app !== 'string' || typeof instanceId !== 'string') return undefined;
  return Array.isArray(lines) ? (body as LogLines) : undefined;
}
