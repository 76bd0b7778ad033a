import type { UpstreamAnswer } from './exchange.js';

const MISDIRECTED = 421;
const UNAUTHORIZED = 401;

/**
 * Why an app behind the gateway did not serve a request, although another instance of it might.
 * Undefined for any other answer. It is about the apps, so the client must not get that answer.
 * Pure.
 */
export function whyNotServed({ status, body }: UpstreamAnswer, url: string): string | undefined {
  if (status === MISDIRECTED) {
    return `it does not answer to the host of ${url}: see its ALLOWED_HOSTS`;
  }
  if (status === UNAUTHORIZED && codeOf(body) === 'SIGNATURE_INVALID') {
    return `${url} refuses the signature of this gateway: see INTERNAL_KEYS and the clocks of both`;
  }
  return undefined;
}

/** The code of a problem document; undefined for any other body. Pure. */
export function codeOf(body: Buffer): unknown {
  try {
    const problem: unknown = JSON.parse(body.toString('utf8'));
    return (problem as { code?: unknown } | null)?.code;
  } catch {
    return undefined;
  }
}
