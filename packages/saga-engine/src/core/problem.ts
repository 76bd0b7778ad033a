import type { ReplyOutcome } from './event.js';
import { reasonOf, storable } from './json.js';

/** Why an attempt failed, in values that every row and log can hold. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly details?: unknown;
  readonly retryable: boolean;
}

const CODE_LENGTH_MAX = 200;
const MESSAGE_LENGTH_MAX = 4_000;

/** What a participant answered instead of "done". It may have put anything into its reply. */
export function problemOf(outcome: Exclude<ReplyOutcome, { kind: 'done' }>): Problem {
  const retryable = outcome.kind === 'fault' && outcome.retryable !== false;
  const code = textOf(outcome.code, CODE_LENGTH_MAX);
  const message = textOf(outcome.message, MESSAGE_LENGTH_MAX);
  if (outcome.details === undefined) return { code, message, retryable };
  try {
    return { code, message, details: storable(outcome.details), retryable };
  } catch (error) {
    const left = `${message} (its details were left out: ${reasonOf(error)})`;
    return { code, message: left, retryable };
  }
}

/** A code and a message from anywhere, as they are kept. */
export function reasonTexts(from: { code: unknown; message: unknown }) {
  const code = textOf(from.code, CODE_LENGTH_MAX);
  return { code, message: textOf(from.message, MESSAGE_LENGTH_MAX) };
}

function textOf(value: unknown, lengthMax: number): string {
  const text = typeof value === 'string' ? value : value === undefined ? '' : reasonOf(value);
  const short = text.length > lengthMax ? `${text.slice(0, lengthMax)} …` : text;
  return storable(short) as string;
}

/** What the reply deadline says. */
export function silence(replyTimeoutMs: number): Problem {
  const message = `no reply within ${replyTimeoutMs} ms`;
  return { code: 'REPLY_TIMEOUT', message, retryable: true };
}

/** What an operator's "compensate" says. */
export const OPERATOR_COMPENSATED = {
  code: 'OPERATOR_COMPENSATED',
  message: 'an operator had the saga undone',
} as const;
