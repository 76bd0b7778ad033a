import {
  isUuid,
  type LogLines,
  logLinesFrom,
  type LogLineView,
  type LogSearch,
} from '@backstitch/shared-types';
import type { InstanceReply } from '../instances/instances.client.js';
import { oneOf, onlyFields, type RawQuery, textOf, wrong } from '../query-fields.js';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const LINES_MAX = 1_000;
const TOLD_APART = new Set(['time', 'level', 'msg', 'app', 'instance']);

/** The query that is passed on to each instance. Throws 400. Pure. */
export function logQuery(query: RawQuery): URLSearchParams {
  onlyFields(query, ['sagaId', 'orderId', 'requestId', 'level', 'q']);
  const ids = ['sagaId', 'orderId'].map((field) => [field, idOf(query, field)] as const);
  const given = [
    ...ids,
    ['requestId', textOf(query, 'requestId')] as const,
    ['level', oneOf(query, 'level', LEVELS)] as const,
    ['q', textOf(query, 'q')] as const,
  ];
  const passed = given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return new URLSearchParams(passed);
}

/** The lines of all instances in the order of their times, and what is missing. Pure. */
export function logSearch(replies: readonly InstanceReply[]): LogSearch {
  const incomplete: LogSearch['incomplete'] = [];
  const answers: LogLines[] = [];
  for (const reply of replies) {
    const answer = 'why' in reply ? undefined : answerOf(reply.text);
    if (answer) answers.push(answer);
    else incomplete.push({ app: reply.url, why: whyMissing(reply) });
  }
  for (const { app, isCut } of answers) {
    if (isCut) incomplete.push({ app, why: 'it has more lines than it sends: narrow the search' });
  }
  const lines = answers.flatMap(linesOf).sort((a, b) => compare(a.at, b.at));
  if (lines.length > LINES_MAX) {
    const why = `there are more than ${LINES_MAX} lines: narrow the search`;
    incomplete.push({ app: 'all', why });
  }
  const since = answers.flatMap(({ keptSince }) => keptSince ?? []).sort(compare);
  return { lines: lines.slice(-LINES_MAX), incomplete, keptSince: since.at(-1) ?? null };
}

function linesOf({ app, instanceId, lines }: LogLines): LogLineView[] {
  return lines.map((line) => {
    const read = objectOf(line);
    const { time, level, msg } = read;
    const rest = Object.entries(read).filter(([name]) => !TOLD_APART.has(name));
    return {
      at: wordsOf(time),
      app,
      instanceId,
      level: wordsOf(level),
      message: wordsOf(msg),
      fields: Object.fromEntries(rest),
    };
  });
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function whyMissing(reply: InstanceReply): string {
  if ('why' in reply) return reply.why;
  if (reply.status === 404) return 'it keeps no lines, or has another OPS_TOKEN';
  return `it answered ${reply.status}, which cannot be read`;
}

function answerOf(text: string): LogLines | undefined {
  return logLinesFrom(objectOf(text));
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function idOf(query: RawQuery, field: string): string | undefined {
  const id = textOf(query, field);
  if (id === undefined || isUuid(id)) return id?.toLowerCase();
  throw wrong(field, 'must be a UUID, given once');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
