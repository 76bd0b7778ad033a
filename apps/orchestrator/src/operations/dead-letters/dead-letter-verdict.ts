import type { CommandQueue, DeadLetterVerdict, SagaTag } from '@backstitch/shared-types';
import { agedVerdict, type DeadLetterAge } from './dead-letter-age.js';
import {
  AGELESS,
  FINAL,
  KINDS,
  MENDED,
  REFUSED,
  type Row,
  type Standing,
  TABLE,
} from './verdict-table.js';

/** A dead letter as the programs of today read it. */
export type DeadLetterShape =
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'unknown pattern'; readonly pattern: string }
  | { readonly kind: 'invalid data'; readonly pattern: string; readonly why: string }
  | { readonly kind: 'command'; readonly command: DeadLetterCommand };

export interface DeadLetterCommand {
  readonly queue: CommandQueue;
  readonly pattern: string;
  readonly data: unknown;
  readonly orderId: string;
  readonly saga: SagaTag | undefined;
}

/** The service that knows does not answer: nothing is legal just now. */
export interface Unclear {
  readonly unclear: string;
}

/**
 * The class of a dead letter now, and what may be done with it. Nothing that is legal skips an undo
 * of money or stock, or does what no saga would undo. Pure.
 */
export function verdictOf(
  shape: DeadLetterShape,
  reason: string | undefined,
  standing: Standing | Unclear,
  age: DeadLetterAge,
): DeadLetterVerdict {
  if (shape.kind !== 'command') return malformed(shape);
  const kind = KINDS[shape.command.pattern]!;
  if (kind === 'question') {
    return verdict(['obsolete', '-', 'discard', 'Its answer is not awaited any more.']);
  }
  if (typeof standing !== 'string') return verdict(['unclear', '-', '-', standing.unclear]);
  const judged = standingVerdict(TABLE[kind][standing], reasonOf(shape, reason), standing);
  if (AGELESS.has(shape.command.pattern)) return judged;
  const isDoWithoutUndo = (kind === 'create' || kind === 'do') && standing !== 'awaited';
  return agedVerdict(judged, age, isDoWithoutUndo);
}

/** Whatever a header says, a command that names its saga was not refused for naming none. */
function reasonOf(
  { command }: Extract<DeadLetterShape, { kind: 'command' }>,
  reason: string | undefined,
): string | undefined {
  return reason === 'SAGA_REQUIRED' && command.saga ? undefined : reason;
}

function standingVerdict(
  row: Row,
  reason: string | undefined,
  standing: Standing,
): DeadLetterVerdict {
  const judged = verdict(row, standing);
  if (row[0] !== 'replayable' || reason === undefined) return judged;
  // The reason is text from a header, which any sender may have written.
  const mended = Object.hasOwn(MENDED, reason) ? MENDED[reason] : undefined;
  if (mended !== undefined) return { ...judged, why: `${judged.why} It died because ${mended}.` };
  const refused = { ...judged, class: 'poison', why: whyNotAgain(reason) } as const;
  // Sagas send their own undos: a command without a saga was never taken, so nothing is lost.
  const isSentAnyway = reason === 'SAGA_REQUIRED';
  return { ...refused, replay: 'once repaired', ...(isSentAnyway && { discard: 'legal' }) };
}

function whyNotAgain(reason: string): string {
  if (Object.hasOwn(REFUSED, reason)) return REFUSED[reason]!;
  return FINAL.has(reason)
    ? `Its participant refused it for good (${reason}) and would again, unless its row is put right first.`
    : `Its participant failed on it every time (${reason}): a replay fails again until the bug is repaired.`;
}

/** Useless: its sender gets no answer, and a saga sends what is due. */
function malformed(shape: Exclude<DeadLetterShape, { kind: 'command' }>): DeadLetterVerdict {
  if (shape.kind === 'unreadable') {
    return verdict([
      'unknown shape',
      '-',
      'discard',
      `It is no command: ${shape.why}. Its sender has to send it right.`,
    ]);
  }
  const { pattern } = shape;
  if (shape.kind === 'unknown pattern') {
    return verdict([
      'unknown shape',
      '-',
      'discard',
      `No program serves ${pattern} on this queue. One that does has to be deployed first.`,
    ]);
  }
  return verdict([
    'poison',
    '-',
    'discard',
    `Its data is not what ${pattern} takes (${shape.why}): a replay is refused again. Its sender has to send it right.`,
  ]);
}

function verdict([deadLetterClass, replay, discard, why]: Row, standing = ''): DeadLetterVerdict {
  return {
    class: deadLetterClass,
    why: why.replace('{order}', standing),
    replay: replay === 'replay' ? 'legal' : 'refused',
    discard: discard === 'discard' ? 'legal' : 'refused',
  };
}
