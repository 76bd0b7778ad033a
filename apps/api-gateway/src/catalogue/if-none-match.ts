import { createHash } from 'node:crypto';

/** The entity tag of a body; it changes with every byte. */
export function etagOf(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url')}"`;
}

const ANY_ETAG = /"[^"]*"/g;

/**
 * Whether the client has this version already: `*`, or an entry of the list, weak or strong (RFC
 * 9110 §13.1.2).
 */
export function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return [...ifNoneMatch.matchAll(ANY_ETAG)].some(([known]) => known === etag);
}
