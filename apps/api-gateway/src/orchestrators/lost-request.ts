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
const TIMED_OUT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** Whatever is not known to be harmless counts as maybe served. */
export function lossOf(error: unknown): Loss {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return 'maybe-served';
  if (NOT_SENT.has(code)) return 'not-sent';
  return TIMED_OUT.has(code) ? 'timed-out' : 'maybe-served';
}
