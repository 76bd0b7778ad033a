import negotiate from '@fastify/accept-negotiator';

/** What is asked for, and by whom it is served: never by the pages of the dashboard. */
const NO_PAGES = /^\/(api|assets|health|metrics|problems|\.well-known)(\/|$)/;

export interface AskedFor {
  method: string;
  url: string;
  accept: string | undefined;
}

/**
 * Whether a request without a route is one of a browser for a page. The pages know the other addresses
 * themselves. A client that does not name HTML gets the problem document.
 */
export function isPageRequest({ method, url, accept }: AskedFor): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const path = pathOf(url);
  if (path === undefined || NO_PAGES.test(path)) return false;
  if (accept === undefined || !accept.toLowerCase().includes('text/html')) return false;
  return negotiate(accept, ['application/problem+json', 'text/html']) === 'text/html';
}

/** Decoded once, as the router does: "/%61pi" is "/api". Undefined when it cannot be read. */
function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url, 'http://gateway').pathname).toLowerCase();
  } catch {
    return undefined;
  }
}
