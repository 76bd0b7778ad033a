import type { CommandQueue, DeadLetterVerdict, SagaTag } from '@backstitch/shared-types';
import { agedVerdict, type DeadLetterAge } from './dead-letter-age.js';
import {
  AGELESS,
  FINAL,
  KINDS,
  TEMPORARY_CAUSES,
  REFUSED,
  type Row,
  type Standing,
  TABLE,
} from './verdict-table.js';

/** A dead letter as the current services read it. */
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

/** The service that has the state does not answer: no action is allowed now. */
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
  if (kind === 'query') {
    return verdict(['obsolete', '-', 'discard', 'Its answer is not awaited any more.']);
  }
  if (typeof standing !== 'string') return verdict(['unclear', '-', '-', standing.unclear]);
  const result = standingVerdict(TABLE[kind][standing], reasonOf(shape, reason), standing);
  if (AGELESS.has(shape.command.pattern)) return result;
  const isDoWithoutUndo = (kind === 'create' || kind === 'do') && standing !== 'awaited';
  return agedVerdict(result, age, isDoWithoutUndo);
}

/** A command that names its saga was not refused for SAGA_REQUIRED, even if a header says so. */
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
  const result = verdict(row, standing);
  if (row[0] !== 'replayable' || reason === undefined) return result;
  // The reason is text from a header, which any sender may have written.
  const cause = Object.hasOwn(TEMPORARY_CAUSES, reason) ? TEMPORARY_CAUSES[reason] : undefined;
  if (cause !== undefined)
    return { ...result, why: `${result.why} It was dead-lettered because ${cause}.` };
  const refused = { ...result, class: 'poison', why: whyNotAgain(reason) } as const;
  // Sagas send their own undos: a command of another sender was never taken, so nothing is lost.
  const isSentAnyway = reason === 'SAGA_REQUIRED' || reason === 'SENDER_REFUSED';
  return { ...refused, replay: 'once repaired', ...(isSentAnyway && { discard: 'legal' }) };
}

function whyNotAgain(reason: string): string {
  if (Object.hasOwn(REFUSED, reason)) return REFUSED[reason]!;
  return FINAL.has(reason)
    ? `Its participant refuses it permanently (${reason}), until its row is corrected.`
    : `Its participant failed on every attempt (${reason}): a replay fails again until the bug is repaired.`;
}

/** Useless: its sender gets no answer, and a saga sends what is due. */
function malformed(shape: Exclude<DeadLetterShape, { kind: 'command' }>): DeadLetterVerdict {
  if (shape.kind === 'unreadable') {
    return verdict([
      'unknown shape',
      '-',
      'discard',
      `It is not a command: ${shape.why}. Its sender must send a correct one.`,
    ]);
  }
  const { pattern } = shape;
  if (shape.kind === 'unknown pattern') {
    return verdict([
      'unknown shape',
      '-',
      'discard',
      `No service handles ${pattern} on this queue. Deploy one that does first.`,
    ]);
  }
  return verdict([
    'poison',
    '-',
    'discard',
    `Its data is not valid for ${pattern} (${shape.why}): a replay is refused again. Its sender must send a correct one.`,
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
