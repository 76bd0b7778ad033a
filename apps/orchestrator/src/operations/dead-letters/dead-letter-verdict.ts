import type {
  CommandQueue,
  DeadLetterVerdict,
  OrderStatus,
  SagaTag,
} from '@backstitch/shared-types';
import { agedVerdict, type DeadLetterAge } from './dead-letter-age.js';
import { AGELESS, FINAL, KINDS, MENDED, REFUSED, type Row, TABLE } from './verdict-table.js';

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

/** Where what a command belongs to stands now. */
export type Standing =
  /** Its saga awaits exactly this command. */
  | 'awaited'
  /** Its saga is being undone and will send it when its turn comes. */
  | 'to come'
  /** Its saga is unfinished and awaits something else. */
  | 'not awaited'
  | 'finished'
  /** There is such a saga, and this is none of its commands. */
  | 'saga mismatch'
  /** There is no such saga, and its order's state does not matter to it. */
  | 'unknown saga'
  /** It names no saga; its order's saga is unfinished, and sends or sent this undo itself. */
  | 'undoing'
  /** It names no saga; its order's saga is unfinished. */
  | 'driven'
  /** No saga is in its way: the order's state decides. */
  | 'NONE'
  | OrderStatus;

/** The service that knows does not answer: nothing is legal just now. */
export interface Unclear {
  readonly unclear: string;
}

/**
 * What a dead letter is worth now, and what may be done with it. Nothing that is legal skips an undo
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

/** Of no use: its sender cannot be told, and what is due is sent by a saga. */
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

function verdict([letterClass, replay, discard, why]: Row, standing = ''): DeadLetterVerdict {
  return {
    class: letterClass,
    why: why.replace('{order}', standing),
    replay: replay === 'replay' ? 'legal' : 'refused',
    discard: discard === 'discard' ? 'legal' : 'refused',
  };
}
