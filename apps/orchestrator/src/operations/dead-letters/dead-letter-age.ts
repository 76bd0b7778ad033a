import { type DeadLetterVerdict, RETENTION_DAYS } from '@backstitch/shared-types';

/** Whether the participant of a dead letter still has the rows of its order. */
export type DeadLetterAge = 'young' | 'old' | 'unknown';

const DAYS = RETENTION_DAYS.deadLetterReplay;
const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * By the time of its death in its header. A time up to a day ahead is the error of a clock; one that
 * is further ahead is ignored. Pure.
 */
export function ageOf(diedAt: string | undefined, nowMs: number): DeadLetterAge {
  const ageMs = nowMs - Date.parse(diedAt ?? '');
  if (Number.isNaN(ageMs) || ageMs < -DAY_MS) return 'unknown';
  return ageMs > DAYS * DAY_MS ? 'old' : 'young';
}

/**
 * A dead letter is too old when it died longer ago than participants are sure to keep their rows: sent
 * again, it could have its effect a second time. An unknown age counts as too old for a do that no
 * saga would undo. It does not for an undo, which is harmless to repeat and must not be lost. A dead
 * letter that might not be discarded before may not be discarded for its age either. Pure.
 */
export function agedVerdict(
  verdict: DeadLetterVerdict,
  age: DeadLetterAge,
  isDoWithoutUndo: boolean,
): DeadLetterVerdict {
  const isTooOld = age === 'old' || (age === 'unknown' && isDoWithoutUndo);
  if (!isTooOld || verdict.replay === 'refused') return verdict;
  const why =
    age === 'old'
      ? `It was dead-lettered more than ${DAYS} days ago: its participant may no longer have its order.`
      : `Its time is unknown, and it may be older than ${DAYS} days: then its participant may no longer have its order.`;
  if (verdict.discard === 'legal') {
    return { class: 'obsolete', why, replay: 'refused', discard: 'legal' };
  }
  const due = `${why} Its undo may still be needed: look up its order, and decide manually.`;
  return { class: 'unclear', why: due, replay: 'refused', discard: 'refused' };
}
