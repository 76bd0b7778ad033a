import type { SagaLog, SagaLogData } from './instance.js';

export interface TracedLog extends SagaLog {
  readonly createdAt?: string;
}

interface Span {
  readonly step: string;
  readonly startedAt: string | undefined;
  end?: TracedLog;
}

/**
 * A saga's log, oldest first, as lines for a person: one for each step or undo, in the order in
 * which they began, with how it ended and (when the rows have times) how long it took. Pure.
 */
export function trace(log: readonly TracedLog[]): string[] {
  const spans: Span[] = [];
  for (const row of log) {
    if (row.status === 'STARTED') {
      spans.push({ step: row.step, startedAt: row.createdAt });
      continue;
    }
    const open = spans.findLast((span) => span.step === row.step && !span.end);
    if (open) open.end = row;
    else spans.push({ step: row.step, startedAt: undefined, end: row });
  }
  const width = Math.max(0, ...spans.map((span) => span.step.length));
  return spans.map((span) => `${span.step.padEnd(width)}  ${ending(span)}`);
}

function ending(span: Span): string {
  if (!span.end) return 'waiting';
  const tookMs = tookMsOf(span.startedAt, span.end.createdAt);
  const took = tookMs === undefined ? '' : ` in ${tookMs} ms`;
  return outcomeOf(span.end) + took;
}

function outcomeOf(end: TracedLog): string {
  const data = end.data;
  const reason = data?.code ? ` ${data.code}: ${data.message ?? ''}` : '';
  if (end.status === 'COMPLETED') {
    return `done${data?.by ? ` by ${data.by}` : ''}${attempts(data, true)}`;
  }
  if (data?.outcome === 'unknown') return `unknown${reason}${attempts(data, false)}`;
  return `rejected${reason}${attempts(data, false)}`;
}

function attempts(data: SagaLogData | undefined, tellLastError: boolean): string {
  if (!data) return '';
  const last = tellLastError && data.lastError ? `before: ${data.lastError.code}` : '';
  const count = data.attempts > 1 ? `${data.attempts} attempts` : '';
  const told = [count, last].filter((part) => part !== '').join(', ');
  return told === '' ? '' : ` (${told})`;
}

function tookMsOf(from: string | undefined, to: string | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined;
  return Date.parse(to) - Date.parse(from);
}
