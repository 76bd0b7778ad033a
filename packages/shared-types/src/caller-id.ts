/**
 * Ids of callers, as rows keep them. A caller without a token is open; the body names its userId. See
 * packages/auth for the ids of all others.
 */
const OPEN = 'o:';

export function openCallerId(userId: string): string {
  return OPEN + userId;
}

export function isOpenCallerId(id: string): boolean {
  return id.startsWith(OPEN);
}
