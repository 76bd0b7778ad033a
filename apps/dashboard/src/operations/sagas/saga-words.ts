import type { BadgeTone } from '../../parts/badge.js';
import type { OperatedSaga } from '../answers.js';

type Standing = Pick<OperatedSaga, 'status' | 'needsAttention' | 'attempt'>;

/** How a saga stands, in a word. Pure. */
export function standingOf({ status, needsAttention, attempt }: Standing): {
  word: string;
  tone: BadgeTone;
} {
  if (needsAttention) return { word: 'Parked', tone: 'attention' };
  if (status === 'DONE') return { word: 'Done', tone: 'done' };
  if (status === 'COMPENSATED') return { word: 'Undone', tone: 'undo' };
  if (status === 'WAITING') return { word: 'Waiting', tone: 'idle' };
  const isRetrying = (attempt ?? 1) > 1;
  if (status === 'COMPENSATING') return { word: 'Undoing', tone: 'undo' };
  return isRetrying ? { word: 'Retrying', tone: 'retrying' } : { word: 'Running', tone: 'running' };
}

export const SAGA_ACTIONS = ['retry', 'resume', 'compensate'] as const;
export type SagaAction = (typeof SAGA_ACTIONS)[number];

/** Of its button, and what it does. */
export const ACTION_WORDS: Readonly<Record<SagaAction, readonly [verb: string, about: string]>> = {
  retry: ['Retry now', 'The awaited command is sent again at once. It has the same effect once.'],
  resume: [
    'Resume',
    'The saga is not parked any more. Its awaited command is sent with all its attempts again.',
  ],
  compensate: [
    'Undo the order',
    'Every step that was done is undone, the last one first. A payment is refunded, and units go back.',
  ],
};

/**
 * Why the server would refuse an action, as far as the saga shows it; undefined: it decides. The
 * sentences are those of the server. Pure.
 */
export function whyNot(action: SagaAction, saga: Standing): string | undefined {
  if (saga.status === 'DONE' || saga.status === 'COMPENSATED') {
    return 'The saga is finished: nothing is left to be sent or undone.';
  }
  if (saga.status === 'WAITING' && action !== 'compensate') {
    return 'The saga waits for a signal or for a time, and no command is awaited. Compensate undoes it.';
  }
  if (saga.status === 'COMPENSATING' && action === 'compensate') {
    return 'The saga is already being undone, and continues until it is. Retry or resume it.';
  }
  if (!saga.needsAttention && action === 'resume') {
    return 'The saga is not parked. Use retry to send the awaited command now.';
  }
  return undefined;
}
