/** What is read of a session under its row lock. */
export interface SessionState {
  generation: number;
  rotatedAtMs: number;
  idleUntilMs: number;
  absoluteUntilMs: number;
  revokedAtMs: number | undefined;
}

export type Rotation =
  /** The token is replaced by one of the next generation. */
  | { kind: 'rotate'; generation: number; idleUntilMs: number }
  /** The answer to the last rotation may have been lost: the same successor once more. */
  | { kind: 'repeat'; generation: number }
  /** A token that was replaced before was used again: one of two holders stole it. */
  | { kind: 'reuse' }
  | { kind: 'refuse'; why: 'revoked' | 'expired' | 'unknown generation' };

const DAY_MS = 86_400_000;
/** A session ends after so long without use, and after so long in any case. */
export const IDLE_MS = 14 * DAY_MS;
export const ABSOLUTE_MS = 30 * DAY_MS;
/** For so long after a rotation its predecessor gets the same successor. */
const REPEAT_MS = 10_000;

/** What the use of a genuine refresh token of this generation does. Pure. */
export function rotationOf(
  session: SessionState,
  presentedGeneration: number,
  nowMs: number,
): Rotation {
  const { generation, rotatedAtMs, idleUntilMs, absoluteUntilMs, revokedAtMs } = session;
  if (revokedAtMs !== undefined) return { kind: 'refuse', why: 'revoked' };
  if (presentedGeneration > generation) return { kind: 'refuse', why: 'unknown generation' };
  if (nowMs >= Math.min(idleUntilMs, absoluteUntilMs)) return { kind: 'refuse', why: 'expired' };
  if (presentedGeneration === generation) {
    return { kind: 'rotate', generation: generation + 1, idleUntilMs: nowMs + IDLE_MS };
  }
  const isRepeat = presentedGeneration === generation - 1 && nowMs - rotatedAtMs <= REPEAT_MS;
  return isRepeat ? { kind: 'repeat', generation } : { kind: 'reuse' };
}
