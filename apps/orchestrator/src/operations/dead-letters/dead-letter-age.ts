import { type DeadLetterVerdict, RETENTION_DAYS } from '@backstitch/shared-types';

/** Whether whom a letter is for can be trusted to know its order still. */
export type DeadLetterAge = 'young' | 'old' | 'unknown';

const DAYS = RETENTION_DAYS.deadLetterReplay;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** By when it died, as its header says; a time to come is a clock's slip, or a day's at most. Pure. */
export function ageOf(diedAt: string | undefined, nowMs: number): DeadLetterAge {
  const ageMs = nowMs - Date.parse(diedAt ?? '');
  if (Number.isNaN(ageMs) || ageMs < -DAY_MS) return 'unknown';
  return ageMs > DAYS * DAY_MS ? 'old' : 'young';
}

/**
 * Too old is what died longer ago than participants are sure to keep their rows: sent again, it could
 * have its effect a second time. An age that nobody knows counts against a do that no saga would
 * undo; not against an undo, which is harmless to repeat and must not be lost. What nobody might
 * discard before may not be discarded for its age either: it is still owed. Pure.
 */
export function agedVerdict(
  verdict: DeadLetterVerdict,
  age: DeadLetterAge,
  isNobodysDo: boolean,
): DeadLetterVerdict {
  const isTooOld = age === 'old' || (age === 'unknown' && isNobodysDo);
  if (!isTooOld || verdict.replay === 'refused') return verdict;
  const why =
    age === 'old'
      ? `It died more than ${DAYS} days ago: whoever it is for may not know its order any more.`
      : `It does not say when it died, and may be older than ${DAYS} days: then whoever it is for may not know its order any more.`;
  if (verdict.discard === 'legal') {
    return { class: 'obsolete', why, replay: 'refused', discard: 'legal' };
  }
  const owed = `${why} What it gives back may still be owed: look its order up, and see to it by hand.`;
  return { class: 'unclear', why: owed, replay: 'refused', discard: 'refused' };
}
