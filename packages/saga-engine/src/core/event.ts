import type { Direction } from './define.js';

/**
 * What a participant answered. `rejected` is any answer that says "do not retry"; it is a business
 * no only with a code that the step declares, and a fault that is pointless to retry otherwise.
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
 * What a person may ask of an unfinished saga. `retry`: send the awaited command now. `resume`: the
 * same for a parked one, which is parked no more and whose attempts count anew. `compensate`: undo
 * it all, short of the pivot. There is no "mark as done", and nothing that skips an undo.
 */
export type OperatorAction = 'retry' | 'resume' | 'compensate';

/** Time (database time) and chance (0 up to 1) come in with the event; nothing else is asked. */
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
  /** The database refuses to write what the last event led to, or goes on failing to. */
  | (Moment & { readonly kind: 'refused'; readonly code: string; readonly message: string })
  /** A person asks. */
  | (Moment & { readonly kind: 'operator'; readonly action: OperatorAction });
