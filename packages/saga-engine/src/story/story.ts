import { rowsOf, type StoryRow } from './rows.js';
import { sentenceOf } from './sentence.js';
import { spansOf, type StorySpan } from './spans.js';
import type { ToldNote, ToldSaga } from './told.js';

/** Something that happened to the saga as a whole. */
export interface StoryMark {
  readonly kind: 'attention' | 'taken-over' | 'operator' | 'resent';
  readonly at: string;
  /** Where the saga stood. */
  readonly step: string;
  readonly text: string;
}

/** What comes, as far as it is known; null for what does not come. */
export interface StoryFuture {
  /** The next attempt. */
  readonly nextTryAt: string | null;
  /** Until then a reply is waited for. */
  readonly replyDeadlineAt: string | null;
  /** Until then a wait lasts. */
  readonly waitEndsAt: string | null;
  readonly stepDeadlineAt: string | null;
  readonly sagaDeadlineAt: string | null;
  readonly holdExpiresAt: string | null;
  /** The undos that follow the current one, in their order. */
  readonly toUndo: readonly string[];
  /** The steps that follow the current one, in their order. */
  readonly toDo: readonly string[];
}

export interface Story {
  readonly sentence: string;
  readonly rows: readonly StoryRow[];
  readonly marks: readonly StoryMark[];
  readonly future: StoryFuture;
}

/** What happened to a saga, where it stands, and what comes next. Reads no clock. Pure. */
export function story(saga: ToldSaga): Story {
  const spans = spansOf(saga);
  const rows = rowsOf(saga, spans);
  const toUndo = toUndoOf(saga, rows, spans);
  return {
    sentence: sentenceOf({ saga, rows, spans, toUndo }),
    rows,
    marks: saga.notes.flatMap((note) => markOf(note) ?? []),
    future: futureOf(saga, rows, toUndo),
  };
}

function markOf({ kind, step, data, createdAt: at }: ToldNote): StoryMark | undefined {
  switch (kind) {
    case 'RETRIED':
      return undefined;
    case 'PARKED':
      return { kind: 'attention', at, step, text: 'From here on it needs attention.' };
    case 'TAKEN_OVER':
      return { kind: 'taken-over', at, step, text: 'Another instance took it over.' };
    case 'RESENT':
      return { kind: 'resent', at, step, text: 'The same attempt was sent once more.' };
    default: {
      const who = data?.operator ?? 'An operator';
      const why = data?.reason === undefined ? '' : `: ${data.reason}`;
      return { kind: 'operator', at, step, text: `${who} asked for ${data?.action ?? 'it'}${why}` };
    }
  }
}

function toUndoOf(
  { status, currentStep }: ToldSaga,
  rows: readonly StoryRow[],
  spans: ReadonlyMap<string, StorySpan>,
): string[] {
  if (status !== 'COMPENSATING') return [];
  const begun = rows.filter((row) => row.do && row.do.outcome !== 'refused' && !row.undo);
  return begun
    .flatMap(({ undoName }) => undoName ?? [])
    .filter((name, n, all) => all.indexOf(name) === n && name !== currentStep && !spans.has(name))
    .reverse();
}

function futureOf(
  saga: ToldSaga,
  rows: readonly StoryRow[],
  toUndo: readonly string[],
): StoryFuture {
  const { status, waitingFor, nextTryAt } = saga;
  const isDriven = status === 'RUNNING' || status === 'COMPENSATING';
  const isForward = status === 'RUNNING' || status === 'WAITING';
  const place = rows.findIndex(({ step }) => step === saga.currentStep);
  return {
    nextTryAt: isDriven && waitingFor !== 'reply' ? nextTryAt : null,
    replyDeadlineAt: isDriven && waitingFor === 'reply' ? nextTryAt : null,
    waitEndsAt: status === 'WAITING' ? nextTryAt : null,
    stepDeadlineAt: isDriven ? saga.stepDeadlineAt : null,
    sagaDeadlineAt: status === 'RUNNING' ? saga.sagaDeadlineAt : null,
    holdExpiresAt: saga.holdExpiresAt ?? null,
    toUndo,
    toDo: isForward && place >= 0 ? rows.slice(place + 1).map(({ step }) => step) : [],
  };
}
