import type { SagaLogData } from '../core/instance.js';
import type { ToldLog, ToldNote, ToldSaga } from './told.js';

/** One attempt of a command, from its sending until it ended. */
export interface StoryAttempt {
  /** Its number; of attempts that are not told one by one, the number of the last one. */
  readonly number: number;
  readonly startedAt: string;
  /** Null while it goes on. */
  readonly endedAt: string | null;
  /** `unsent`: it did not get into a queue, or what came of it could not be written. */
  readonly outcome: 'open' | 'done' | 'refused' | 'unknown' | 'failed' | 'unsent';
  readonly code: string | null;
  readonly message: string | null;
  /** When the next one is made. */
  readonly nextTryAt: string | null;
}

/** A step, its undo, or a wait, from its beginning until it ended. */
export interface StorySpan {
  readonly name: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly outcome: 'open' | 'done' | 'refused' | 'unknown';
  readonly code: string | null;
  readonly message: string | null;
  /** What ended a wait: the name of a signal, or "timeout". */
  readonly by: string | null;
  readonly attempts: readonly StoryAttempt[];
}

type Open<Value> = { -readonly [Key in keyof Value]: Value[Key] };

interface SpanSoFar extends Omit<Open<StorySpan>, 'attempts'> {
  attempts: Open<StoryAttempt>[];
}

/** One entry of the sequence that log rows and notes are together. */
type Entry = { readonly at: string; readonly row?: ToldLog; readonly note?: ToldNote };

/**
 * The spans of a saga by the names of their commands and waits, each with its attempts. Of a name that
 * began twice the last span counts. Pure.
 */
export function spansOf(saga: ToldSaga): ReadonlyMap<string, StorySpan> {
  const spans = new Map<string, SpanSoFar>();
  for (const { row, note } of inSequence(saga)) {
    if (row) addRow(spans, row);
    else if (note) addNote(spans.get(note.step), note);
  }
  const current = spans.get(saga.currentStep);
  const isSent = saga.waitingFor === 'reply' || saga.waitingFor === null;
  if (current?.outcome === 'open' && isSent && isUnfinished(saga)) sendAgain(current);
  return spans;
}

function inSequence({ log, notes }: ToldSaga): Entry[] {
  const entries: Entry[] = [
    ...log.map((row) => ({ at: row.createdAt, row })),
    ...notes.map((note) => ({ at: note.createdAt, note })),
  ];
  return entries.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}

function isUnfinished({ status }: ToldSaga): boolean {
  return status === 'RUNNING' || status === 'COMPENSATING';
}

function addRow(spans: Map<string, SpanSoFar>, { step, status, data, createdAt }: ToldLog): void {
  const span = status === 'STARTED' ? undefined : spans.get(step);
  if (!span) {
    const begun = spanFrom(step, createdAt);
    spans.set(step, begun);
    if (status !== 'STARTED') end(begun, status, data, createdAt);
  } else end(span, status, data, createdAt);
}

function spanFrom(name: string, startedAt: string): SpanSoFar {
  const none = { endedAt: null, outcome: 'open', code: null, message: null } as const;
  return { name, startedAt, ...none, by: null, attempts: [attemptFrom(1, startedAt)] };
}

function attemptFrom(number: number, startedAt: string): Open<StoryAttempt> {
  const none = { endedAt: null, code: null, message: null, nextTryAt: null };
  return { number, startedAt, outcome: 'open', ...none };
}

function end(span: SpanSoFar, status: ToldLog['status'], data: unknown, at: string): void {
  const told = (data ?? {}) as Partial<SagaLogData>;
  const failed = told.outcome === 'unknown' ? 'unknown' : 'refused';
  const outcome = status === 'COMPLETED' ? 'done' : failed;
  const [code, message] = [told.code ?? null, told.message ?? null];
  const attempt = sendAgain(span, at);
  Object.assign(span, { endedAt: at, outcome, code, message, by: told.by ?? null });
  Object.assign(attempt, { endedAt: at, outcome, code, message });
  attempt.number = Math.max(attempt.number, told.attempts ?? 1);
}

/** The attempt that goes on; after a pause it began when the pause was over. */
function sendAgain(span: SpanSoFar, latest?: string): Open<StoryAttempt> {
  const last = span.attempts.at(-1)!;
  if (last.outcome === 'open') return last;
  const planned = last.nextTryAt ?? last.endedAt!;
  const startedAt = latest !== undefined && latest < planned ? latest : planned;
  const next = attemptFrom(last.outcome === 'unsent' ? last.number : last.number + 1, startedAt);
  span.attempts.push(next);
  return next;
}

function addNote(span: SpanSoFar | undefined, { kind, data, createdAt }: ToldNote): void {
  if (span?.outcome !== 'open') return;
  const last = span.attempts.at(-1)!;
  if (kind === 'RETRIED') {
    const attempt = sendAgain(span, createdAt);
    attempt.number = Math.max(attempt.number, data?.attempt ?? 1);
    attempt.endedAt = createdAt;
    attempt.outcome = data?.times === undefined ? 'failed' : 'unsent';
    attempt.code = data?.code ?? null;
    attempt.message = data?.message ?? null;
    attempt.nextTryAt = data?.nextTryAt ?? null;
  } else if (kind === 'RESENT' || kind === 'OPERATED') {
    // An operator does not wait for the end of a pause.
    if (last.outcome !== 'open') last.nextTryAt = createdAt;
  }
}
