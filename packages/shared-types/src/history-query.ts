import type { FieldProblem } from './checkout-lines.js';

/** Which past state of an order is asked for. */
export interface HistoryQuery {
  version?: number;
  /** In UTC with microseconds, as the times of events are. */
  at?: string;
}

const INTEGER = /^(?:0|[1-9]\d{0,8})$/;
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)$/;

/** The query of an order: the present state, a version, or the state at a time. Pure. */
export function historyQuery(query: {
  version?: unknown;
  at?: unknown;
}): HistoryQuery | { problems: FieldProblem[] } {
  const version = query.version === undefined ? undefined : versionOf(query.version, 1);
  const at = query.at === undefined ? undefined : timeOf(query.at);
  const problems: FieldProblem[] = [];
  if (query.version !== undefined && version === undefined) {
    const message = 'version must be a whole number from 1, given once';
    problems.push({ field: 'version', message });
  }
  if (query.at !== undefined && at === undefined) {
    const message = 'at must be a time such as 2026-11-30T12:00:00.123456Z, given once';
    problems.push({ field: 'at', message });
  }
  if (query.version !== undefined && query.at !== undefined) {
    problems.push({ field: 'at', message: 'version and at exclude each other' });
  }
  if (problems.length > 0) return { problems };
  return { ...(version !== undefined && { version }), ...(at !== undefined && { at }) };
}

/** The query of the events of an order: those after this version. Pure. */
export function afterVersion(after: unknown): number | { problems: FieldProblem[] } {
  const version = after === undefined ? 0 : versionOf(after, 0);
  if (version !== undefined) return version;
  const message = 'after must be the sequence of an event, or 0, given once';
  return { problems: [{ field: 'after', message }] };
}

function versionOf(text: unknown, min: number): number | undefined {
  const version = typeof text === 'string' && INTEGER.test(text) ? Number(text) : -1;
  return version >= min ? version : undefined;
}

function timeOf(text: unknown): string | undefined {
  const [, seconds, fraction = '', zone] = (typeof text === 'string' && TIME.exec(text)) || [];
  if (seconds === undefined) return undefined;
  const time = new Date(`${seconds}${zone}`);
  // A date that does not exist, such as 30 February, would become another one.
  const civil = new Date(`${seconds}Z`);
  if (Number.isNaN(time.getTime()) || Number.isNaN(civil.getTime())) return undefined;
  if (!civil.toISOString().startsWith(seconds)) return undefined;
  return time.toISOString().replace('.000Z', `.${fraction.padEnd(6, '0')}Z`);
}
