import type { OperatorRefusal, SagaInstance } from '@backstitch/saga-engine';
import { currentStepOf, isOpen, statusOf } from '@backstitch/saga-engine';

const WHY: Readonly<Record<OperatorRefusal, string>> = {
  finished: 'The saga is finished: nothing is left to be sent or undone.',
  'past-pivot':
    'Its last step was sent and may have been done. From there the saga only goes forward, unless that step is rejected. Retry or resume it.',
  'already-undoing':
    'The saga is already being undone, and continues until it is. Retry or resume it.',
  'not-parked': 'The saga is not parked. Use retry to send the awaited command now.',
  'unknown-definition':
    'This orchestrator does not have the version of the saga: use one that does.',
  'not-written': 'The database refuses to write the saga. It is parked; its last error says why.',
  'unknown-command':
    'The definition of the saga has no such command: the definition or the row was changed. Run an orchestrator with the definition that the saga was started with.',
  waiting:
    'The saga waits for a signal or for a time, and no command is awaited. Compensate undoes it.',
  'signal-refused': 'The saga does not take this signal now. Read it again.',
  moving: 'The saga made progress each time it was read: it is not stuck. Read it again.',
  'not-awaited': 'The saga now awaits another command. Read it again.',
  'stale-fault': 'The saga made progress. Read it again.',
  'already-counted': 'The saga made progress. Read it again.',
  'too-early': 'The saga made progress. Read it again.',
  'nothing-to-resend': 'The saga made progress. Read it again.',
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
