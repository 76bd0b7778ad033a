import type { StoryRow } from './rows.js';
import type { StorySpan } from './spans.js';
import type { Story } from './story.js';

/** A story as lines for a terminal: the sentence, the steps with their attempts, and marks. Pure. */
export function storyLines({ sentence, rows, marks, future }: Story): string[] {
  const width = Math.max(0, ...rows.map(({ step }) => step.length));
  return [
    sentence,
    '',
    ...rows.flatMap((row) => rowLines(row, width)),
    ...(marks.length === 0 ? [] : ['', ...marks.map(({ at, text }) => `${clock(at)}  ${text}`)]),
    ...futureLines(future),
  ];
}

function rowLines(row: StoryRow, width: number): string[] {
  const name = `${row.step.padEnd(width)}${row.pivot ? ' (pivot)' : ''}`;
  const told = row.do ? ` ${spanText(row.do)}` : '';
  return [
    `${name}  ${row.state.replaceAll('-', ' ')}${told}`,
    ...attemptLines(row.do),
    ...(row.undo ? [undoLine(row.undo)] : []),
    ...attemptLines(row.undo),
  ];
}

function undoLine(span: StorySpan): string {
  const state = span.outcome === 'open' ? 'under way' : span.outcome;
  return `  undo ${span.name}  ${state} ${spanText(span)}`;
}

function spanText({ startedAt, endedAt, by, code }: StorySpan): string {
  const end = endedAt === null ? '' : ` in ${Date.parse(endedAt) - Date.parse(startedAt)} ms`;
  return `at ${clock(startedAt)}${end}${by === null ? '' : ` by ${by}`}${code ? ` ${code}` : ''}`;
}

/** Nothing for a command that needed one attempt only. */
function attemptLines(span: StorySpan | null): string[] {
  if (!span || span.attempts.length < 2) return [];
  return span.attempts.map(({ number, startedAt, outcome, code, message }) => {
    const why = code === null ? '' : ` ${code}: ${message ?? ''}`;
    return `    attempt ${number} at ${clock(startedAt)} ${outcome}${why}`;
  });
}

function futureLines(future: Story['future']): string[] {
  const known: [string, string | null][] = [
    ['next try', future.nextTryAt],
    ['reply awaited until', future.replyDeadlineAt],
    ['wait ends', future.waitEndsAt],
    ['step ends', future.stepDeadlineAt],
    ['hold expires', future.holdExpiresAt],
    ['saga ends', future.sagaDeadlineAt],
  ];
  const lines = known.flatMap(([what, at]) => (at === null ? [] : [`${what} ${clock(at)}`]));
  return lines.length === 0 ? [] : ['', ...lines];
}

function clock(at: string): string {
  return at.slice(11, 23);
}
