import { Fault } from '@backstitch/shared-types';
import type { Deadlines } from './deadlines.js';
import { type Outcome, outcomeOfError, outcomeOfValue } from './outcome.js';

export interface HandlerRun {
  /** The outcome to answer: the handler's, or the fault HANDLER_DEADLINE. Never rejects. */
  answer: Promise<Outcome>;
  /** The handler's own outcome, at any later time. Never rejects. */
  ended: Promise<Outcome>;
}

/**
 * Runs a handler with a deadline. A handler cannot be stopped; after the deadline its outcome is
 * only no longer awaited.
 */
export function runWithDeadline(handler: () => Promise<unknown>, deadlines: Deadlines): HandlerRun {
  const ended = handler().then(outcomeOfValue, outcomeOfError);
  const answer = new Promise<Outcome>((resolve) => {
    const callOff = deadlines.start(() => resolve(overdue(deadlines.ms)));
    void ended.then((outcome) => {
      callOff();
      resolve(outcome);
    });
  });
  return { answer, ended };
}

function overdue(deadlineMs: number): Outcome {
  const message = `the command was not served within ${deadlineMs} ms; it may still take effect`;
  return { kind: 'fault', fault: new Fault('HANDLER_DEADLINE', message, true) };
}
