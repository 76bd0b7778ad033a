import type { PlannedCommand } from './define.js';
import type { SagaInstance, SagaLog } from './instance.js';
import type { SignalAnswer } from './signal.js';

/** What the shell has to do once the transition is committed. */
export type Effect =
  | { readonly kind: 'send'; readonly command: PlannedCommand; readonly attempt: number }
  | { readonly kind: 'wake'; readonly atMs: number }
  /** The saga waits: it leaves the memory. */
  | { readonly kind: 'waits' }
  | { readonly kind: 'finished'; readonly end: 'done' | 'undone' };

/** Why an event changed nothing. */
export type IgnoredReason =
  | 'finished'
  | 'not-awaited'
  | 'stale-fault'
  | 'already-counted'
  | 'too-early'
  | 'nothing-to-resend'
  | 'not-parked'
  | 'past-pivot'
  | 'already-undoing'
  | 'unknown-command'
  | 'waiting'
  | 'signal-refused';

export interface Transition {
  readonly instance: SagaInstance;
  readonly logs: readonly SagaLog[];
  readonly effects: readonly Effect[];
  /** Set when the event answers nothing awaited: the instance is the same, nothing is to be done. */
  readonly ignored?: IgnoredReason;
  /** What the sender of a signal is told. */
  readonly answer?: SignalAnswer;
}

/** The event changes nothing. */
export function ignored(instance: SagaInstance, reason: IgnoredReason): Transition {
  return { instance, logs: [], effects: [], ignored: reason };
}
