/** How far a request got before its connection failed; the answer to the client depends on it. */
export type Loss = 'not-sent' | 'maybe-served' | 'timed-out';

/** Failures that occur before the first byte of a request is sent. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The deadline of a request has passed. */
export class DeadlinePassed extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
    this.name = 'DeadlinePassed';
  }
}

/** Every error that is not known to be harmless counts as maybe served. */
export function lossOf(error: unknown): Loss {
  if (error instanceof DeadlinePassed) return 'timed-out';
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && NOT_SENT.has(code) ? 'not-sent' : 'maybe-served';
}
