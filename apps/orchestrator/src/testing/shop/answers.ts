import type { ReplyOutcome } from '@backstitch/saga-engine';

export const DONE: ReplyOutcome = { kind: 'done', response: {} };

/** An answer that says "do not retry", read from a row. */
export function no(code: string): ReplyOutcome {
  return { kind: 'rejected', code, message: 'no' };
}

export function fault(code: string, retryable = true): ReplyOutcome {
  return { kind: retryable ? 'fault' : 'rejected', code, message: 'a fault' };
}
