/** How far a request got before its connection failed: what may be said about it depends on that. */
export type Loss = 'not-sent' | 'maybe-served' | 'timed-out';

/** Failures that come before the first byte of a request leaves. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The time for a request was up. */
export class OutOfTime extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
    this.name = 'OutOfTime';
  }
}

/** Whatever is not known to be harmless counts as maybe served. */
export function lossOf(error: unknown): Loss {
  if (error instanceof OutOfTime) return 'timed-out';
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && NOT_SENT.has(code) ? 'not-sent' : 'maybe-served';
}
