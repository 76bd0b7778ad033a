/** A signing key as its row says. */
export interface KeyState {
  kid: string;
  state: 'next' | 'active' | 'retired' | 'revoked';
  stateAtMs: number;
}

export interface KeyPlan {
  /** A key whose tokens are valid no more, from now on. */
  revoke?: string;
  /** A key to make, in this state. */
  make?: 'next' | 'active';
  /** The key that signs from now on; the one that signed before is retired. */
  promote?: string;
  retire?: string;
  /** No token that they signed is valid any more. */
  remove: string[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A key signs for so long. */
const ACTIVE_MS = 30 * DAY_MS;
/** A key is published for so long before it signs, so that every gateway knows it then. */
const PUBLISHED_BEFORE_MS = DAY_MS;
/** Longer than any token lives. */
const KEPT_MS = HOUR_MS;

/** What is to be done with the signing keys now. Pure. */
export function keyPlan(keys: readonly KeyState[], nowMs: number): KeyPlan {
  const ageMs = ({ stateAtMs }: KeyState) => nowMs - stateAtMs;
  const active = keys.find(({ state }) => state === 'active');
  const next = keys.find(({ state }) => state === 'next');
  const isOver = (key: KeyState) => key.state === 'retired' || key.state === 'revoked';
  const remove = keys.filter((key) => isOver(key) && ageMs(key) >= KEPT_MS).map(({ kid }) => kid);
  // Without an active key nothing can be signed: a key that clients may not know yet is better.
  if (!active) return next ? { promote: next.kid, remove } : { make: 'active', remove };
  if (next && ageMs(active) >= ACTIVE_MS && ageMs(next) >= PUBLISHED_BEFORE_MS) {
    return { promote: next.kid, retire: active.kid, remove };
  }
  const isNextDue = !next && ageMs(active) >= ACTIVE_MS - PUBLISHED_BEFORE_MS;
  return isNextDue ? { make: 'next', remove } : { remove };
}

/** Another key signs as soon as it was published for so long. Pure. */
export function rotationPlan(
  keys: readonly KeyState[],
  publishedMs: number,
  nowMs: number,
): KeyPlan {
  const active = keys.find(({ state }) => state === 'active');
  const next = keys.find(({ state }) => state === 'next');
  if (!active) return keyPlan(keys, nowMs);
  if (!next) return { make: 'next', remove: [] };
  const isKnown = nowMs - next.stateAtMs >= publishedMs;
  return isKnown ? { promote: next.kid, retire: active.kid, remove: [] } : { remove: [] };
}

/** The key is revoked; if it signed, another one signs at once. Undefined: no such key. Pure. */
export function revocationPlan(
  keys: readonly KeyState[],
  kid: string,
  nowMs: number,
): KeyPlan | undefined {
  const isUsed = keys.some((key) => key.kid === kid && key.state !== 'revoked');
  if (!isUsed) return undefined;
  const revoked = { kid, state: 'revoked', stateAtMs: nowMs } as const;
  const after = keys.map((key) => (key.kid === kid ? revoked : key));
  return { revoke: kid, ...keyPlan(after, nowMs) };
}
