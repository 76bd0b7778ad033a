import type { ArrivedReply } from '@backstitch/saga-engine';

/**
 * What a reply says about the participant that sent it, whatever it says about the saga. `serves`: it
 * succeeded or rejected. `cannot`: it can serve no command now. `unclear`: neither can be told.
 */
export type ParticipantSign = 'serves' | 'cannot' | 'unclear';

/** Faults that every other command would get as well. */
const CANNOT_SERVE: ReadonlySet<string> = new Set([
  'UNAVAILABLE',
  'DATABASE_UNAVAILABLE',
  'PROVIDER_UNAVAILABLE',
  'HANDLER_DEADLINE',
]);

/**
 * Undos that cannot be done are retried for ever: a few that are parked, because a bank takes charges
 * and gives none back, must not keep new checkouts out. Pure.
 */
export function signOf({
  direction,
  outcome,
}: Pick<ArrivedReply, 'direction' | 'outcome'>): ParticipantSign {
  if (outcome.kind !== 'fault') return 'serves';
  return direction === 'do' && CANNOT_SERVE.has(outcome.code) ? 'cannot' : 'unclear';
}
