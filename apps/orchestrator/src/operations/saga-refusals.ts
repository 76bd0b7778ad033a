import type { OperatorRefusal, SagaInstance } from '@backstitch/saga-engine';
import { currentStepOf, isOpen, statusOf } from '@backstitch/saga-engine';

const WHY: Readonly<Record<OperatorRefusal, string>> = {
  finished: 'The saga is finished: nothing is left to be sent or undone.',
  'past-pivot':
    'Its last step was sent, and may have been done: from there it only goes forward, unless that step is refused. Retry or resume it.',
  'already-undoing':
    'The saga is being undone already, and goes on until it is. Retry or resume it.',
  'not-parked': 'The saga is not parked. Retry sends what it awaits now.',
  'unknown-definition':
    'This orchestrator does not know the version of the saga: ask one that does.',
  'not-written': 'The database refuses to write the saga. It is parked; its last error says why.',
  'unknown-command':
    'The version of the saga has no such command: it was changed, or the row was. Give the orchestrator the definition that it was begun with.',
  moving: 'The saga moved on each time it was read: it is not stuck. Read it again.',
  'not-awaited': 'The saga awaits something else by now. Read it again.',
  'stale-fault': 'The saga moved on. Read it again.',
  'already-counted': 'The saga moved on. Read it again.',
  'too-early': 'The saga moved on. Read it again.',
  'nothing-to-resend': 'The saga moved on. Read it again.',
};

/** Why an operator's action was refused, and what would help. */
export function whyRefused(reason: OperatorRefusal): string {
  return WHY[reason];
}

/** The state of a saga, in a line of the record. */
export function standOf(saga: SagaInstance): string {
  const at = `${statusOf(saga)} at ${currentStepOf(saga)}`;
  if (!isOpen(saga)) return at;
  return `${at}, attempt ${saga.attempt}${saga.needsAttention ? ', parked' : ''}`;
}
