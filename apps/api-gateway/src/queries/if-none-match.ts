import { createHash } from 'node:crypto';

/** Changes with every byte of the body. */
export function etagOf(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url')}"`;
}

const ANY_ETAG = /"[^"]*"/g;

/** Whether the caller has it already: `*`, or one of a list, weak or not (RFC 9110 §13.1.2). */
export function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return [...ifNoneMatch.matchAll(ANY_ETAG)].some(([known]) => known === etag);
}
