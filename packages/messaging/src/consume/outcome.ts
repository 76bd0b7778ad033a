import { Fault, Rejection, type ReplyError } from '@backstitch/shared-types';
import { MalformedCommand } from '../connection/errors.js';
import { encodeDone, encodeError, type Unreadable } from '../batch/packet.js';

/**
 * The outcome of one command. `bug` is a thrown error that is not a Fault; it is logged as an
 * error.
 */
export type Outcome =
  | { kind: 'done'; response: unknown }
  | { kind: 'rejected'; rejection: Rejection }
  | { kind: 'fault'; fault: Fault; bug?: unknown }
  | { kind: 'unreadable'; unreadable: Unreadable };

export function outcomeOfValue(value: unknown): Outcome {
  if (value instanceof Rejection) return { kind: 'rejected', rejection: value };
  return { kind: 'done', response: value };
}

export function outcomeOfError(error: unknown): Outcome {
  if (error instanceof MalformedCommand) {
    const { message, details } = error;
    return { kind: 'unreadable', unreadable: { reason: 'INVALID_DATA', message, details } };
  }
  if (error instanceof Fault) return { kind: 'fault', fault: error };
  return { kind: 'fault', fault: internalFault(), bug: error };
}

/** Reasons of dead letters that are told to the sender as they are. */
const OWN_CODES: ReadonlySet<string> = new Set([
  'UNKNOWN_PATTERN',
  'SAGA_REQUIRED',
  'SENDER_REFUSED',
]);

/** The sender learns that something failed, but no details. */
function internalFault(): Fault {
  return new Fault('INTERNAL', 'the command failed unexpectedly', true);
}

/**
 * Encodes the reply of an outcome. A value that JSON cannot represent is a bug, and is answered as
 * a fault.
 */
export function encodeReply(outcome: Outcome, id: unknown): { body: Buffer; bug?: unknown } {
  if (outcome.kind !== 'done') return { body: encodeError(replyErrorOf(outcome), id) };
  try {
    return { body: encodeDone(outcome.response, id) };
  } catch (bug) {
    return { body: encodeError(replyErrorOf({ kind: 'fault', fault: internalFault() }), id), bug };
  }
}

function replyErrorOf(outcome: Exclude<Outcome, { kind: 'done' }>): ReplyError {
  if (outcome.kind === 'rejected') {
    const { code, message, details } = outcome.rejection;
    return { code, message, retryable: false, details };
  }
  if (outcome.kind === 'fault') {
    const { code, message, retryable, details } = outcome.fault;
    return { code, message, retryable, details };
  }
  const { reason, message, details } = outcome.unreadable;
  const code = OWN_CODES.has(reason) ? reason : 'MALFORMED_COMMAND';
  return { code, message, retryable: false, details };
}
