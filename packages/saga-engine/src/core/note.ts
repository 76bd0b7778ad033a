import type { ActedBy, OperatorAction, SagaEvent } from './event.js';
import { isOpen, type LastError, type OpenSaga, type SagaInstance } from './instance.js';

/**
 * What happened to a saga beside its log. `RETRIED`: an attempt failed, or could not be sent, and is
 * made again later. `PARKED`: from then on the saga needs attention. `TAKEN_OVER`: another engine
 * drives it. `RESENT`: the same attempt was sent once more. `OPERATED`: an operator acted.
 */
export const SAGA_NOTE_KINDS = ['RETRIED', 'PARKED', 'TAKEN_OVER', 'OPERATED', 'RESENT'] as const;

export type SagaNoteKind = (typeof SAGA_NOTE_KINDS)[number];

/** What a note tells; which of it depends on its kind. */
export interface SagaNoteData {
  readonly attempt?: number;
  readonly code?: string;
  readonly message?: string;
  /** ISO 8601, in UTC. */
  readonly nextTryAt?: string;
  /** How many times in a row the command could not be sent, or its outcome not be written. */
  readonly times?: number;
  readonly action?: string;
  readonly operator?: string;
  readonly reason?: string;
  readonly owner?: string;
  readonly formerOwner?: string;
  readonly epoch?: number;
}

/** A note of a transition; the database gives it its time. */
export interface SagaNote {
  readonly kind: SagaNoteKind;
  /** The awaited command, or the wait. */
  readonly step: string;
  readonly data: SagaNoteData;
}

/**
 * A note as it is read back. Its time differs from those of all log rows and other notes of its saga.
 */
export interface SagaNoteEntry extends SagaNote {
  readonly createdAt: string;
}

/** Up to this many failures of a step have a note each; of the later ones each power of two has. */
const NOTED_SINGLY = 10;

interface Operated {
  readonly kind: 'operator';
  readonly action: OperatorAction;
  readonly by?: ActedBy | undefined;
}

type Cause = Operated | { readonly kind: Exclude<SagaEvent['kind'], 'operator'> };

/**
 * The notes of a committed transition, at most two; undefined for one without trouble, which is most
 * of them. Pure.
 */
export function notesOf(
  before: SagaInstance,
  cause: Cause,
  after: SagaInstance,
): readonly SagaNote[] | undefined {
  if (cause.kind === 'operator') return [operated(before, cause)];
  if (!isOpen(after) || !isOpen(before) || after.awaited !== before.awaited) return undefined;
  if (after.waitingFor === 'reply') {
    const isAgain = before.waitingFor === 'reply' || cause.kind === 'resumed';
    if (!isAgain || after.attempt !== before.attempt) return undefined;
    return [{ kind: 'RESENT', step: after.awaited, data: { attempt: after.attempt } }];
  }
  if (!after.lastError) return undefined;
  const notes: SagaNote[] = [];
  const data = troubleOf(after, after.lastError);
  if (isNoted(data.times ?? after.attempt)) {
    notes.push({ kind: 'RETRIED', step: after.awaited, data });
  }
  if (after.needsAttention && !before.needsAttention) {
    notes.push({ kind: 'PARKED', step: after.awaited, data });
  }
  return notes.length > 0 ? notes : undefined;
}

function operated(before: SagaInstance, { action, by }: Operated): SagaNote {
  const step = isOpen(before) ? before.awaited : before.phase === 'waiting' ? before.waitsAt : '';
  return { kind: 'OPERATED', step, data: { action, ...by } };
}

function troubleOf({ attempt, wakeAtMs }: OpenSaga, error: LastError): SagaNoteData {
  const { code, message } = error;
  const times = error.unsent ?? error.refused;
  const nextTryAt = new Date(wakeAtMs).toISOString();
  return { attempt, code, message, nextTryAt, ...(times !== undefined && { times }) };
}

function isNoted(times: number): boolean {
  return times <= NOTED_SINGLY || (times & (times - 1)) === 0;
}
