/** The prefix makes browsers refuse it without Secure, with a Domain, or with another Path. */
const NAME = '__Host-refresh';
const TERMS = 'Path=/; HttpOnly; Secure; SameSite=Strict';

/** The value of a Set-Cookie header. */
export function refreshCookie(token: string, lifetimeSeconds: number): string {
  return `${NAME}=${token}; ${TERMS}; Max-Age=${lifetimeSeconds}`;
}

export function clearedRefreshCookie(): string {
  return `${NAME}=; ${TERMS}; Max-Age=0`;
}

/** The refresh token in a Cookie header; undefined when there is none, or more than one. Pure. */
export function refreshTokenIn(header: string | undefined): string | undefined {
  const start = `${NAME}=`;
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  const found = pairs.filter((pair) => pair.startsWith(start));
  return found.length === 1 ? found[0]!.slice(start.length) : undefined;
}
