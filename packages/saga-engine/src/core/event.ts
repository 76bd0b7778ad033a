import type { Direction } from './define.js';

/**
 * What a participant answered. `rejected` is any answer that says "do not retry". It is a business
 * rejection only with a code that the step declares; otherwise it is a fault that is not retried.
 */
export type ReplyOutcome =
  | { readonly kind: 'done'; readonly response: unknown }
  | {
      readonly kind: 'rejected';
      readonly code: string;
      readonly message: string;
      readonly details?: unknown;
    }
  | {
      readonly kind: 'fault';
      readonly code: string;
      readonly message: string;
      /** False when retrying is pointless; true when not said. */
      readonly retryable?: boolean;
      readonly details?: unknown;
    };

/**
 * What an operator may ask of an unfinished saga. `retry`: send the awaited command now. `resume`:
 * the same for a parked saga; it is no longer parked, and its attempts count from zero.
 * `compensate`: undo everything, before the pivot. Nothing marks a step as done, and nothing skips
 * an undo.
 */
export type OperatorAction = 'retry' | 'resume' | 'compensate';

/** The operator who acts, and why. */
export interface ActedBy {
  readonly operator: string;
  readonly reason: string;
}

/** What somebody tells a saga. The same id is the same signal, however often it is sent. */
export interface Signal {
  readonly id: string;
  readonly name: string;
  readonly data?: unknown;
}

/**
 * Database time, and a random number from 0 up to 1. A transition reads no other clock or source.
 */
export interface Moment {
  readonly nowMs: number;
  readonly random: number;
}

export interface AboutCommand {
  readonly step: string;
  readonly direction: Direction;
  readonly attempt: number;
}

export type SagaEvent =
  | (Moment & AboutCommand & { readonly kind: 'replied'; readonly outcome: ReplyOutcome })
  /** The wake-up time has passed. */
  | (Moment & { readonly kind: 'wake' })
  /** The command did not get into any queue: unroutable, or the broker is away. */
  | (Moment &
      AboutCommand & {
        readonly kind: 'unsent';
        readonly code: string;
        readonly message: string;
        /** False when it cannot be made at all: sending it again would fail in the same way. */
        readonly retryable?: false;
      })
  /** A reply may have been missed (takeover, new reply queue, row read again): send it again. */
  | (Moment & { readonly kind: 'resumed' })
  /** The database refuses to write the last transition, or fails again and again. */
  | (Moment & { readonly kind: 'refused'; readonly code: string; readonly message: string })
  /** A signal came; the instance `by` owns the saga if it goes on. */
  | (Moment & { readonly kind: 'signalled'; readonly signal: Signal; readonly by: string })
  /** An operator asks. */
  | (Moment & {
      readonly kind: 'operator';
      readonly action: OperatorAction;
      readonly by?: ActedBy | undefined;
    });
