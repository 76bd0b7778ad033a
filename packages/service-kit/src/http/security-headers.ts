/**
 * On every answer, refusals included: nothing that is answered here is a page, runs anything or may
 * be batched, and what is said of orders and sagas stays in no cache. A route that serves something
 * else (the API's documentation) overrides what it must.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Sent only where an app is reached by TLS; 0 sends none. */
export function securityHeaders(hstsMaxAgeSeconds: number): Readonly<Record<string, string>> {
  if (hstsMaxAgeSeconds === 0) return SECURITY_HEADERS;
  return { ...SECURITY_HEADERS, 'strict-transport-security': `max-age=${hstsMaxAgeSeconds}` };
}
